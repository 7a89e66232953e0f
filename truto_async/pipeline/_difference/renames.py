"""Find the nodes of a sync job that were renamed.

A renamed node has the same content under another name, where `depends_on` and `resources_to_persist` may follow the new
names of others, or name something else if no other node has this content. That takes time in proportion to the size of the
job. Or it has nearly the same content. That is looked for only while there are at most 10,000 pairs to compare, much as
`git diff` does with renamed files.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from truto_async._support.json import as_array, as_object
from truto_async.pipeline._difference.content import canonical, is_same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from truto_async._support.json import JSONObject, JSONValue

    Steps: TypeAlias = tuple[str | int, ...]

__all__ = ["REFERENCES", "find_renamed", "name_of", "own_content"]

REFERENCES = ("depends_on", "resources_to_persist")
"""The fields that name other nodes."""

_MOST_PAIRS = 10_000
"""How many pairs of a removed and an added node are compared at the most to find those that are nearly the same."""

_NEARLY_THE_SAME = 0.7
"""The share of its values that a node must have in common with another to be nearly the same."""

_MOST_VALUES = 100
_MOST_WORDS = 500
_LONG_TEXT = 40
_LOST: Final = object()
"""Stands for the name of a node that only one of the jobs has, which may have been renamed itself."""


def name_of(node: JSONObject) -> str | None:
    """Return what other nodes call a node: its name, or the resource of a request without one."""
    resource = node.get("resource") if node.get("type") in (None, "request") else None
    return node.get("name") or resource or None


def own_content(node: JSONObject) -> str:
    """Return a text for what a node says but for its name and those of others."""
    return canonical({key: value for key, value in node.items() if key not in ("name", *REFERENCES)})


def find_renamed(removed: Mapping[int, JSONObject], added: Mapping[int, JSONObject]) -> dict[int, int]:
    """Return which of the removed nodes are which of those added, by their places."""
    if not removed or not added:
        return {}
    search = _Search(removed, added)
    search.match_same_content()
    search.match_unique_content()
    if len(search.removed) * len(search.added) <= _MOST_PAIRS:
        search.match_similar_content()
    search.match_same_content()  # of nodes that refer to those
    return search.pairs


class _Search:
    """What was found, and what is left."""

    def __init__(self, removed: Mapping[int, JSONObject], added: Mapping[int, JSONObject]) -> None:
        self.removed = dict(removed)
        self.added = dict(added)
        self.pairs: dict[int, int] = {}
        self._names: dict[str, JSONValue] = {}

    def match_same_content(self) -> None:
        """Pair nodes with the same content; then try again those that refer to nothing but what was found."""
        waiting = _places({place: _content(node, {}) for place, node in self.added.items()})
        dependents: dict[str, list[int]] = {name: [] for name in map(name_of, self.removed.values()) if name}
        open_references: Counter[int] = Counter()
        for place, node in self.removed.items():
            for name in _references(node) & dependents.keys():
                dependents[name].append(place)
                open_references[place] += 1
        pending = deque(self.removed)
        while pending:
            place = pending.popleft()
            left = self.removed.get(place)
            found = deque[int]() if left is None else waiting[_content(left, self._names)]
            if left is not None and found:
                self._pair(place, found.popleft())
                dependent = dependents.pop(name_of(left) or "", [])  # of equal names the first is meant
                open_references.subtract(dependent)
                pending.extend(other for other in dependent if open_references[other] == 0)

    def match_unique_content(self) -> None:
        """Pair nodes with the same content whatever they refer to, where only one node in each job has it."""
        olds = _places({place: own_content(node) for place, node in self.removed.items() if _says_something(node)})
        news = _places({place: own_content(node) for place, node in self.added.items()})
        for content, places in olds.items():
            others = news[content]
            if len(places) == len(others) == 1:
                self._pair(places[0], others[0])

    def match_similar_content(self) -> None:
        """Pair nodes of a type that have most of their values in common, the most similar first."""
        lost = dict.fromkeys(filter(None, map(name_of, self.removed.values())), _LOST)
        olds = {place: _values(node, {**lost, **self._names}) for place, node in self.removed.items()}
        lost = dict.fromkeys(filter(None, map(name_of, self.added.values())), _LOST)
        news = {place: _values(node, lost) for place, node in self.added.items()}
        similar = [
            (-share, place, other)
            for place, values in olds.items()
            for other, others in news.items()
            if self.removed[place].get("type") == self.added[other].get("type")
            and (share := _share_in_common(values, others)) >= _NEARLY_THE_SAME
        ]
        for _, place, other in sorted(similar):
            if place in self.removed and other in self.added:
                self._pair(place, other)

    def _pair(self, place: int, other: int) -> None:
        self.pairs[place] = other
        old, new = name_of(self.removed.pop(place)), name_of(self.added.pop(other))
        if old is not None:
            self._names.setdefault(old, new)


def _places(contents: Mapping[int, str]) -> dict[str, deque[int]]:
    places: dict[str, deque[int]] = defaultdict(deque)
    for place, content in contents.items():
        places[content].append(place)
    return places


def _content(node: JSONObject, names: Mapping[str, JSONValue]) -> str:
    """Return a text for what a node says but for its name, with the new names of others."""
    return canonical({key: value for key, value in _with_new_names(node, names).items() if key != "name"})


def _says_something(node: JSONObject) -> bool:
    return not node.keys() <= {"name", "type", *REFERENCES}


def _with_new_names(node: JSONObject, names: Mapping[str, JSONValue]) -> JSONObject:
    return node | {key: _renamed(node[key], names) for key in REFERENCES if key in node}


def _renamed(value: JSONValue, names: Mapping[str, JSONValue]) -> JSONValue:
    if isinstance(value, list):
        return [_renamed(item, names) for item in as_array(value)]
    return names.get(value, value) if isinstance(value, str) else value


def _references(node: JSONObject) -> set[str]:
    names: list[JSONValue] = []
    for key in REFERENCES:
        value = node.get(key)
        names += value if isinstance(value, list) else [value]
    return {name for name in names if isinstance(name, str)}


def _values(node: JSONObject, names: Mapping[str, JSONValue]) -> dict[Steps, JSONValue]:
    """Return the first values in a node, without its name and type; a long text as the set of its words."""
    pending: list[tuple[Steps, JSONValue]] = [((key,), value) for key, value in _with_new_names(node, names).items()]
    values: dict[Steps, JSONValue] = {}
    while pending and len(values) < _MOST_VALUES:
        steps, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*steps, key), item) for key, item in as_object(value).items()]
        elif isinstance(value, list):
            pending += [((*steps, index), item) for index, item in enumerate(as_array(value))]
        elif isinstance(value, str) and len(value) > _LONG_TEXT:
            words = re.finditer(r"\w+|[^\w\s]", value)
            values[steps] = frozenset(match.group() for match in islice(words, _MOST_WORDS))
        elif steps not in (("name",), ("type",)):
            values[steps] = value
    return values


def _share_in_common(old: Mapping[Steps, JSONValue], new: Mapping[Steps, JSONValue]) -> float:
    steps = old.keys() | new.keys()
    return sum(_similarity(old.get(step), new.get(step)) for step in steps) / max(1, len(steps))


def _words(value: JSONValue) -> frozenset[str]:
    words: frozenset[str] = value
    return words


def _similarity(old: JSONValue, new: JSONValue) -> float:
    if isinstance(old, frozenset) and isinstance(new, frozenset):
        words, others = _words(old), _words(new)
        return 2 * len(words & others) / max(1, len(words) + len(others))
    if old is _LOST and new is _LOST:
        return 0.5  # perhaps
    return float(is_same(old, new))
