"""Sync jobs and their graphs in notebooks.

Jupyter, VS Code and Colab prefer the HTML of a graph to its Markdown, which is for tools that know no HTML. The drawing is
an image: of an `<svg>` element JupyterLab leaves no more than the texts, in notebooks that the reader has not run.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from truto_async.pipeline._pictures.drawing import Drawing, draw, faults
from truto_async.pipeline._pictures.facts import NOT_SAID, argument_rows, facts, label
from truto_async.pipeline._pictures.mermaid import to_mermaid
from truto_async.pipeline._pictures.svg import svg_picture
from truto_async.pipeline._pictures.tree import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline.graph import Graph

__all__ = ["graph_html", "graph_markdown", "job_html"]

_MOST_BOXES = 200
_MOST_EDGES = 500  # and characters: what Mermaid draws by default
_MOST_CHARACTERS = 50_000
_SCALE = 0.9
_LEAST_SCALE = 0.65
_LEFT = 'style="text-align: left"'


def graph_html(graph: Graph) -> str:
    """Return a drawing, of the first nodes where there are very many, in a frame that scrolls."""
    drawing = draw(graph)
    if not drawing.boxes:
        return "<p>This job has no nodes.</p>"
    hidden = len(drawing.boxes) - _MOST_BOXES
    notes = [f"The first {_MOST_BOXES} of {len(drawing.boxes):,} nodes; to_html() draws all."] if hidden > 0 else []
    lines = "".join(f"<div>{escape(note)}</div>" for note in [*notes, *faults(graph)])
    return f'<div style="overflow: auto; max-height: 700px">{_image(_first(drawing))}</div>{lines}'


def graph_markdown(graph: Graph) -> str:
    """Return a Mermaid chart, or the tree as text where the chart is larger than Mermaid draws."""
    chart = to_mermaid(graph)
    if len(graph.edges) <= _MOST_EDGES and len(chart) <= _MOST_CHARACTERS:
        return f"```mermaid\n{chart}\n```"
    return "\n".join(f"    {line}" for line in to_text(graph).splitlines())


def job_html(job: SyncJob) -> str:
    """Return a job's facts, its arguments as a table, and the drawing of its graph."""
    known = [f"{name} {value}" for name, value in facts(job).items() if value not in ("", NOT_SAID)]
    return "\n".join(
        [
            f"<div><strong>{escape(label(job))}</strong></div>",
            f"<div>{escape(' · '.join(known))}</div>",
            *_table(job),
            graph_html(job.graph),
        ]
    )


def _first(drawing: Drawing) -> Drawing:
    boxes = drawing.boxes[:_MOST_BOXES]
    shown = set(boxes)
    return Drawing(boxes, tuple(arrow for arrow in drawing.arrows if {arrow.source, arrow.target} <= shown))


def _image(drawing: Drawing) -> str:
    """Return an image that shrinks to the width of the notebook, but not so far that it cannot be read."""
    picture = svg_picture(drawing)
    data = b64encode(picture.text.encode()).decode()
    width = round(picture.width * _SCALE)
    least = max(round(picture.width * _LEAST_SCALE), width - 300)
    style = f"max-width: 100%; min-width: {least}px"
    return f'<img alt="The graph of the job" width="{width}" style="{style}" src="data:image/svg+xml;base64,{data}">'


def _table(job: SyncJob) -> Iterator[str]:
    rows = argument_rows(job)
    if rows:
        head, *body = rows
        yield "<table>"
        yield f"<tr>{''.join(f'<th {_LEFT}>{escape(cell)}</th>' for cell in ('argument', *head[1:]))}</tr>"
        yield from (f"<tr>{''.join(f'<td {_LEFT}>{escape(cell)}</td>' for cell in row)}</tr>" for row in body)
        yield "</table>"
