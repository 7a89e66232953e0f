"""What a sync job says: its JSON in the one form in which two jobs are compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from truto_async._support.json import as_array, as_object

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.sync_job import SyncJob

__all__ = ["EMPTY_FIELDS", "SERVER_FIELDS", "canonical", "content_of", "is_same"]

SERVER_FIELDS = ("id", "environment_id", "created_at", "updated_at")
"""The fields that the server sets; they do not make two jobs different."""

EMPTY_FIELDS: JSONObject = {"args_schema": {}, "resources": []}
"""The fields that mean the same where they are empty as where they are missing."""


def content_of(job: SyncJob) -> JSONObject:
    """Return the JSON of a job without what the server sets; null and an empty schema or list of nodes count as missing."""
    document = job.to_dict()
    return {
        name: value
        for name, value in document.items()
        if name not in SERVER_FIELDS and value is not None and not (name in EMPTY_FIELDS and value == EMPTY_FIELDS[name])
    }


def canonical(value: JSONValue) -> str:
    """Return a text that is the same for the same JSON: neither the order of keys matters nor whether 1 is written 1.0."""
    return json.dumps(_plain_numbers(value), sort_keys=True, separators=(",", ":"))


def is_same(old: JSONValue, new: JSONValue) -> bool:
    """Return whether two values that are neither objects nor arrays are the same JSON; True is not 1, but 1.0 is."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    return bool(old == new)


def _plain_numbers(value: JSONValue) -> JSONValue:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain_numbers(item) for key, item in as_object(value).items()}
    if isinstance(value, list):
        return [_plain_numbers(item) for item in as_array(value)]
    return value
