"""Placeholders such as `{{args.account|args.id?:none}}`: paths, alternatives and a default, but no casts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from truto_async._support import json

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["resolve"]

_PLACEHOLDER = re.compile(r"\{\{([\w\-./|:?\s]+)\}\}", re.ASCII)


def resolve(template: JSONValue, scope: JSONObject) -> JSONValue:
    """Return a template with the values of its placeholders; one that has no value stays as it is."""
    if isinstance(template, dict):
        return {name: resolve(item, scope) for name, item in cast("JSONObject", template).items()}
    if isinstance(template, list):
        return [resolve(item, scope) for item in template]  # pyright: ignore[reportUnknownVariableType]  # JSON values
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    if whole is not None:
        return _value(whole, scope)
    return _PLACEHOLDER.sub(lambda match: str(_value(match, scope)), template)


def _value(match: re.Match[str], scope: JSONObject) -> JSONValue:
    paths, _, default = match[1].partition("?:")
    for path in paths.split("|"):
        *containers, name = path.partition(":")[0].strip().split(".")
        value = scope
        for container in containers:
            value = json.as_object(value.get(container))
        if name in value:
            return value[name]
    return default or match[0]
