"""What a file holds of a job, and in which order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from truto_async._support.json import as_array, as_object
from truto_async.pipeline._difference.content import is_same
from truto_async.pipeline._difference.matching import match_nodes

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models import SyncJob

__all__ = ["arranged", "rearranged"]

_LEFT_OUT = ("environment_id", "created_at", "updated_at")
_FIRST_OF_A_NODE = ("name", "type", "resource", "destination_type", "method")


def arranged(job: SyncJob) -> JSONObject:
    """Return what a new file holds of a job: all but what only the server sets, in an order that is always the same.

    The nodes come last, and each begins with what it is.
    """
    document = {name: value for name, value in job.to_dict().items() if name not in _LEFT_OUT}
    nodes = document.pop("resources", None)
    if nodes is not None:
        document["resources"] = [{name: node[name] for name in _FIRST_OF_A_NODE if name in node} | node for node in nodes]
    return document


def rearranged(job: SyncJob, before: JSONObject) -> JSONObject:
    """Return what a file is to hold of a job that held an earlier state of it: with the order of the file's own keys.

    New keys come after those that they follow in a new file. What only the server sets is kept up to date if it is there.
    """
    full = job.to_dict()
    document = arranged(job) | {name: full[name] for name in _LEFT_OUT if name in before and name in full}
    result = _object_like(document, before)
    nodes, earlier = as_array(document.get("resources")), as_array(before.get("resources"))
    if nodes and earlier:
        places = {new: old for old, new in match_nodes(earlier, nodes).items()}
        result["resources"] = [
            _like(node, earlier[places[index]]) if index in places else node for index, node in enumerate(nodes)
        ]
    return result


def _like(new: JSONValue, old: JSONValue) -> JSONValue:
    """Return a value with its keys in the order of the one that it replaces; where it says the same, that one's scalars."""
    if _are(dict, new, old):
        return _object_like(as_object(new), as_object(old))
    if _are(list, new, old):
        return _list_like(as_array(new), as_array(old))
    return old if is_same(new, old) else new


def _are(kind: type[object], *values: object) -> bool:
    return all(isinstance(value, kind) for value in values)


def _list_like(new: list[JSONValue], old: list[JSONValue]) -> list[JSONValue]:
    return [_like(item, other) for item, other in zip(new, old, strict=False)] + new[len(old) :]


def _object_like(new: JSONObject, old: JSONObject) -> JSONObject:
    order = [key for key in old if key in new]
    for before, key in pairwise([None, *new]):
        if key is not None and key not in old:
            order.insert(0 if before is None else order.index(before) + 1, key)
    return {key: _like(new[key], old.get(key, new[key])) for key in order}
