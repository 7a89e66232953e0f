"""Find which node of a sync job is which of another, though it may have been renamed, moved or changed.

Nodes with the same name are the same node; without a name their resource counts, and without that their type. Of several
nodes that have it in common, those with the same content belong together, then those with the same method, then those in the
same order. What is left was added, removed or renamed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from truto_async.pipeline._difference.content import canonical
from truto_async.pipeline._difference.renames import find_renamed, name_of, own_content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["match_nodes", "moved_nodes"]


def match_nodes(old: Sequence[JSONObject], new: Sequence[JSONObject]) -> dict[int, int]:
    """Return the nodes that both jobs have: their places in the old and in the new one, in the order of the old."""
    pairs = _with_same_label(old, new)
    taken = set(pairs.values())
    removed = {place: node for place, node in enumerate(old) if place not in pairs}
    added = {place: node for place, node in enumerate(new) if place not in taken}
    return dict(sorted((pairs | find_renamed(removed, added)).items()))


def moved_nodes(pairs: Mapping[int, int]) -> set[int]:
    """Return the old places of the fewest nodes that must move to get the new order: all but a longest increasing sequence.

    Args:
        pairs: what `match_nodes` returns.
    """
    lowest: list[int] = []  # for each length, the lowest new place that an increasing sequence so far ends with
    ends: list[int] = []  # and the old place of that node
    before: dict[int, int | None] = {}
    for place, other in pairs.items():
        length = bisect_left(lowest, other)
        before[place] = ends[length - 1] if length else None
        lowest[length : length + 1] = [other]
        ends[length : length + 1] = [place]
    kept: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return pairs.keys() - kept


def _with_same_label(old: Sequence[JSONObject], new: Sequence[JSONObject]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    candidates = _by_label(new)
    for label, places in _by_label(old).items():
        others = candidates.get(label, [])
        if len(places) > 1 or len(others) > 1:
            pairs |= _sorted_out({place: old[place] for place in places}, {place: new[place] for place in others})
        else:
            pairs.update(zip(places, others, strict=False))
    return pairs


def _sorted_out(old: dict[int, JSONObject], new: dict[int, JSONObject]) -> dict[int, int]:
    """Pair nodes with the same label: by content, by content but for references, by method, and at last by order."""
    pairs: dict[int, int] = {}
    for aspect in (canonical, own_content, _method, _anything):
        waiting: dict[str, deque[int]] = defaultdict(deque)
        for place, node in new.items():
            waiting[aspect(node)].append(place)
        for place, node in list(old.items()):
            found = waiting[aspect(node)]
            if found:
                pairs[place] = found.popleft()
                del old[place], new[pairs[place]]
    return pairs


def _method(node: JSONObject) -> str:
    return str(node.get("method"))


def _anything(_: JSONObject) -> str:
    return ""


def _by_label(nodes: Sequence[JSONObject]) -> dict[tuple[str, JSONValue], list[int]]:
    places: dict[tuple[str, JSONValue], list[int]] = defaultdict(list)
    for place, node in enumerate(nodes):
        name = name_of(node)
        places[("type", node.get("type")) if name is None else ("name", name)].append(place)
    return places
