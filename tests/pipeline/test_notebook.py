"""Jobs and graphs in notebooks."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import SyncJob
from truto_async.testing import SEED_JOBS

if TYPE_CHECKING:
    from truto_async.pipeline import Graph


def picture(html: str) -> str:
    """Read the SVG out of the image in some HTML."""
    [data] = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    return b64decode(data).decode()


def spools(count: int, **fields: Any) -> Graph:
    """Make the graph of a chain."""
    nodes = [
        {"name": f"n{number}", "type": "spool", "depends_on": f"n{number - 1}" if number else None}
        for number in range(count)
    ]
    return SyncJob.from_dict({"id": "x", "resources": nodes, **fields}).graph


class Tags(HTMLParser):
    """Collects the tags of a document."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note a tag."""
        self.found.add(tag)


def test_a_job() -> None:
    """It is shown with its facts, its arguments and its graph."""
    html = SyncJob.from_dict(SEED_JOBS[0])._repr_html_()

    assert "<strong>Zendesk tickets to warehouse</strong>" in html
    assert "integration zendesk · runtime 4 · created 2026-02-11 09:30:00 UTC" in html
    assert re.search(r"<td [^>]+>page_size</td><td [^>]+>integer</td><td [^>]+></td><td [^>]+>100</td>", html)
    assert SyncJob.from_dict(SEED_JOBS[0]).graph.to_svg() == picture(html)


def test_a_bare_job() -> None:
    """What is not there is not shown."""
    assert (
        "<div><strong>(no label)</strong></div>\n<div></div>\n<p>This job has no nodes.</p>" == SyncJob(id="")._repr_html_()
    )


def test_nothing_is_injected() -> None:
    """Texts of the job stay texts."""
    evil = "<script>alert(1)</script>\"'&\x00"
    spec = {evil: {"type": evil, "format": evil, "default": evil, "description": evil}}
    node = {"name": evil, "type": "spool", "depends_on": evil * 2}
    job = {"id": evil, "label": evil, "integration_name": evil, "args_schema": spec, "resources": [node]}
    tags = Tags()

    tags.feed(SyncJob.from_dict(job)._repr_html_())

    assert {"div", "strong", "table", "tr", "th", "td", "img"} == tags.found


def test_faults_are_said() -> None:
    """Cycles and unknown names stand below the drawing."""
    html = spools(1, resources=[{"name": "a", "type": "spool", "depends_on": ["a", "<b>"]}])._repr_html_()

    assert html.endswith("<div>cycle: a → a</div><div>a: no node is called &lt;b&gt; (depends_on)</div>")


def test_large_graphs() -> None:
    """The first nodes are drawn, and it is said how to see the others; a wide drawing is scrolled, not shrunk."""
    html = spools(1200)._repr_html_()

    assert "The first 200 of 1,200 nodes; to_html() draws all." in html
    assert 200 == picture(html).count("<rect ") - 1
    assert 199 == picture(html).count("data-arrow")
    [(width, least)] = re.findall(r'width="(\d+)" style="max-width: 100%; min-width: (\d+)px"', html)
    assert int(least) == int(width) - 300
    assert "The first" not in spools(200)._repr_html_()


def test_markdown() -> None:
    """It is a chart, or text where Mermaid would refuse the chart."""
    small, large = spools(3), spools(502)

    assert f"```mermaid\n{small.to_mermaid()}\n```" == small._repr_markdown_()
    assert large._repr_markdown_().startswith("    n0  [spool]\n    └─ n1  [spool]\n")


@pytest.mark.parametrize("cycle", [False, True])
def test_ipython(cycle: bool) -> None:  # noqa: FBT001  # a case
    """A terminal shows the tree."""

    class Printer:
        def text(self, text: str) -> None:
            self.shown = text

    printer = Printer()
    spools(2)._repr_pretty_(printer, cycle=cycle)

    assert ("Graph(<2 nodes>, <1 edges>)" if cycle else "n0  [spool]\n└─ n1  [spool]") == printer.shown
