"""The graph of a sync job in Mermaid, which GitHub, GitLab, Notion and JupyterLab draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from truto_async.pipeline._pictures.drawing import draw
from truto_async.pipeline._pictures.styles import ARROW_COLORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline._pictures.drawing import Arrow, Box, Drawing
    from truto_async.pipeline._pictures.styles import Style
    from truto_async.pipeline.graph import Graph

__all__ = ["to_mermaid"]

_ARROWS = {"depends_on": "-->", "resources_to_persist": "==>", "missing": "-.->"}
# Letters, digits and spaces, and a few signs between letters or digits, where they mean nothing to Markdown.
_HARMLESS = re.compile(r"[^\W_]| |(?<=[^\W_])[_/-](?=[^\W_])")
# What Mermaid looks for when the numbers are signs again: line ends, formulas and icons. A word joiner, which has no width,
# comes between.
_READ_LATE = re.compile(r"\\(?=n)|\$(?=\$)|:(?=fa-)")


def to_mermaid(graph: Graph) -> str:
    """Write a flowchart."""
    drawing = draw(graph)
    lines = [*map(_box, drawing.boxes), *map(_arrow, drawing.arrows), *map(_class, drawing.styles), *_colors(drawing)]
    return "\n    ".join(["flowchart LR", *lines])


def _box(box: Box) -> str:
    left, right = box.style.mermaid
    return f'{box.id}{left}"{_escaped(box.title)}<br/>{_escaped(box.subtitle)}"{right}:::{box.style.name}'


def _arrow(arrow: Arrow) -> str:
    return f"{arrow.source.id} {_ARROWS[arrow.style]} {arrow.target.id}"


def _class(style: Style) -> str:
    dashes = ",stroke-dasharray:5 4" if style.name == "missing" else ""
    return f"classDef {style.name} fill:{style.tint},stroke:{style.color},color:#111827{dashes}"


def _colors(drawing: Drawing) -> Iterator[str]:
    for style, color in ARROW_COLORS.items():
        places = [str(place) for place, arrow in enumerate(drawing.arrows) if arrow.style == style]
        if places:
            yield f"linkStyle {','.join(places)} stroke:{color}"


def _escaped(text: str) -> str:
    """Write each sign that could mean something to Mermaid or to Markdown by its number."""
    text = _READ_LATE.sub("\\g<0>\N{WORD JOINER}", text)
    return "".join(char if _HARMLESS.match(text, place) else f"#{ord(char)};" for place, char in enumerate(text))
