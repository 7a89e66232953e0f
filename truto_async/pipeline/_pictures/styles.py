"""How the nodes of each type look in pictures, and what they do in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.pipeline._pictures.text import type_of

if TYPE_CHECKING:
    from truto_async.models.nodes import Node

__all__ = ["ARROW_COLORS", "MISSING", "Style", "style_of"]


@frozen
class Style:
    """The look of the nodes of one type."""

    name: str
    """The type, which is safe as a name of a class."""

    color: str
    """The colour of the line; readable on white and on black."""

    mermaid: tuple[str, str]
    """The brackets of the shape in Mermaid."""

    dot: str
    """The shape in DOT."""

    meaning: str
    """What such nodes do (truto-skills: sync jobs)."""

    @property
    def tint(self) -> str:
        """The colour of the area, where the background is white: the colour of the line with six times as much white."""
        channels = (int(self.color[place : place + 2], 16) for place in (1, 3, 5))
        return "#" + "".join(f"{(channel + 6 * 255) // 7:02x}" for channel in channels)


ARROW_COLORS = {"depends_on": "#64748b", "resources_to_persist": "#16a34a", "missing": "#dc2626"}
"""The colours of arrows, readable on white and on black."""

_STATE = ("#0891b2", ("[(", ")]"), "cylinder")
_STYLES = {
    style.name: style
    for style in (
        Style("request", "#2563eb", ("[", "]"), "box", "Calls the connected product and passes its records on."),
        Style(
            "transform",
            "#9333ea",
            ("[/", "/]"),
            "note",
            "Replaces the records by what an expression makes of them.",
        ),
        Style(
            "add_context", "#db2777", ("{{", "}}"), "octagon", "Adds to what later nodes see; the records pass unchanged."
        ),
        Style("spool", "#d97706", ("[[", "]]"), "box3d", "Waits for all records and passes them on as one batch."),
        Style("get_state", *_STATE, "Reads an entry of the state kept between runs."),
        Style("update_state", *_STATE, "Writes an entry of the state kept between runs."),
        Style("delete_state", *_STATE, "Removes an entry of the state kept between runs."),
        Style("event", "#64748b", ("([", "])"), "oval", "A moment of the run that other nodes can depend on."),
        Style("destination", "#16a34a", (">", "]"), "folder", "Hands the records of other nodes on."),
    )
}
_OTHER = Style("other", "#8b7355", ("(", ")"), "box", "This version of the SDK does not know the type.")

MISSING = Style("missing", "#dc2626", ("[", "]"), "box", "No node has this name.")
"""For names that no node has."""


def style_of(node: Node) -> Style:
    """Return the style of a node."""
    return _STYLES.get(type_of(node), _OTHER)
