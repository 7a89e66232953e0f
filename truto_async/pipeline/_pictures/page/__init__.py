"""The graph of a sync job as a web page that needs nothing else: no network, no other file.

Whatever comes from the job is escaped; and the page allows no script but its own, which it knows by a hash.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from truto_async._support.json import as_object
from truto_async.models.sync_job import SyncJob
from truto_async.pipeline._pictures.drawing import draw, faults
from truto_async.pipeline._pictures.svg import ARROW_LOOKS, svg_element
from truto_async.pipeline._pictures.text import plain
from truto_async.pipeline.expressions import find_expressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.nodes import Node
    from truto_async.pipeline._pictures.drawing import Box, Drawing
    from truto_async.pipeline.graph import Graph

__all__ = ["to_html"]

_ARROWS = {
    "depends_on": "passes records on (depends_on)",
    "resources_to_persist": "is persisted by (resources_to_persist)",
    "missing": "no such node",
}
_DEEPEST = 100
_LONGEST_FIELDS = 50_000
_EMPTY = '<p class="hint">This job has no nodes.</p>'
_HINT = (
    '<p class="hint">Select a node to see its details: click it, or press Tab and Enter.'
    '<span class="mouse"> Drag to move; hold Ctrl and turn the wheel to zoom.</span></p>'
)


def to_html(graph: Graph) -> str:
    """Write the page."""
    drawing = draw(graph)
    title = escape(plain(graph.label or "Sync job"))
    style, script = (files(__name__).joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<div class="top">
<h1>{title}</h1>
<span class="size">{_count(len(graph.nodes), "node")}, {_count(len(graph.edges), "edge")}</span>
<span class="tools">
<input id="search" type="search" placeholder="Find a node" aria-label="Find a node">
<button id="smaller" aria-label="Smaller">&minus;</button>
<button id="larger" aria-label="Larger">+</button>
<button id="fit">Fit</button>
</span>
</div>
<ul class="legend">
{"".join(_legend(drawing))}</ul>
<ul class="faults">
{"".join(f"<li>{escape(fault)}</li>" for fault in faults(graph))}</ul>
</header>
<main>
<div id="canvas">
{svg_element(drawing)}
{_HINT if graph.nodes else _EMPTY}
</div>
<aside id="details" aria-label="Details of a node" hidden></aside>
</main>
<script type="application/json" id="job">{_data(graph, drawing)}</script>
<script>{script}</script>
</body>
</html>
"""


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _legend(drawing: Drawing) -> Iterator[str]:
    for style in drawing.styles:
        swatch = f'<svg width="10" height="10"><rect width="10" height="10" rx="3" fill="{style.color}"/></svg>'
        yield f'<li title="{style.meaning}">{swatch}{style.name}</li>\n'
    for kind in dict.fromkeys(arrow.style for arrow in drawing.arrows):
        line = f'<svg width="28" height="10"><path d="M0 5H28" fill="none" stroke-width="1.5" {ARROW_LOOKS[kind]}/></svg>'
        yield f"<li>{line}{_ARROWS[kind]}</li>\n"


def _data(graph: Graph, drawing: Drawing) -> str:
    """Write what the script needs, as JSON that cannot end the element that it stands in."""
    expressions: dict[str, list[tuple[str, str, str]]] = {key: [] for key in graph.nodes}
    keys = list(graph.nodes)
    for found in find_expressions(SyncJob(id="", resources=list(graph.nodes.values()))):
        if found.node is not None:  # pragma: no branch  # this job has nodes only
            expressions[keys[found.node]].append((found.path, found.language, found.text))
    places = {box: place for place, box in enumerate(drawing.boxes)}
    data = {
        "boxes": [_description(box, graph, expressions) for box in drawing.boxes],
        "arrows": [(places[arrow.source], places[arrow.target]) for arrow in drawing.arrows],
    }
    return json.dumps(data).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _description(box: Box, graph: Graph, expressions: Mapping[str, list[tuple[str, str, str]]]) -> JSONObject:
    return {
        "title": box.title,
        "type": box.type,
        "detail": box.detail,
        "meaning": box.style.meaning,
        "color": box.style.color,
        "path": "" if box.node is None else graph.path(box.key),
        "expressions": [] if box.node is None else expressions[box.key],
        "json": "" if box.node is None else _fields(box.node),
    }


def _fields(node: Node) -> str:
    """Write a node as JSON for people; the script shows it as it is."""
    data = node.to_dict()
    if _is_deep(data):
        return "(nested too deeply to be shown)"
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    more = len(text) - _LONGEST_FIELDS
    return text if more <= 0 else f"{text[:_LONGEST_FIELDS]}\n({more:,} more characters)"


def _is_deep(value: JSONValue) -> bool:
    level: list[JSONValue] = [value]
    for _ in range(_DEEPEST):
        level = [child for item in level for child in _children(item)]
    return bool(level)


def _children(value: JSONValue) -> Iterable[JSONValue]:
    if isinstance(value, list):
        return value  # pyright: ignore[reportUnknownVariableType]  # JSON values
    return as_object(value).values()
