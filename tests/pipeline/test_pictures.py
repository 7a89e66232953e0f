"""Pictures of graphs as text: the tree, Mermaid, DOT, SVG; and networkx."""

from __future__ import annotations

import re
import sys
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truto_async import SyncJob
from truto_async.models.nodes import UnknownNode
from truto_async.pipeline import Graph
from truto_async.testing import SEED_JOBS

SVG = "{http://www.w3.org/2000/svg}"


def graph(*resources: dict[str, Any], runtime: int = 4, label: str | None = None) -> Graph:
    """Make the graph of a job."""
    return SyncJob.from_dict(
        {"id": "x", "label": label, "default_runtime_version": runtime, "resources": list(resources)}
    ).graph


FAULTY = graph(
    {"name": "a", "type": "transform", "depends_on": "b"},
    {"name": "b", "type": "spool", "depends_on": "a"},
    {"name": "d", "type": "destination", "resources_to_persist": ["b", "gone", "gone"], "destination_type": "webhook"},
    {"name": "odd", "type": "classify"},
    {"name": "self", "type": "event", "depends_on": "self"},
)


def test_tree() -> None:
    """What a tree shows badly is said below it."""
    assert """\
odd  [classify]
self  [event]
a  [transform]
└─ b  [spool]
   ├─ a  [transform]  (see above)
   └─ d  [destination] webhook

Faults
  cycle: a → b → a
  cycle: self → self
  d: no node is called gone (resources_to_persist)
  d: no node is called gone (resources_to_persist)""" == FAULTY.to_text()
    assert "(no nodes)" == Graph([]).to_text()


def test_a_deep_tree() -> None:
    """It starts anew at the margin before it leaves the terminal."""
    nodes = [{"name": f"n{number}", "type": "spool", "depends_on": f"n{number - 1}"} for number in range(1, 5000)]
    lines = graph({"name": "n0", "type": "spool"}, *nodes).to_text().splitlines()

    assert 5000 == len(lines)
    assert "n21  [spool]  (after n20)" == lines[21]
    assert max(map(len, lines)) < 100


def test_many_faults() -> None:
    """The first of them are shown, and no more than the start of a long cycle."""
    names = [f"n{number}" for number in range(30)]
    nodes = [
        {"name": name, "type": "spool", "depends_on": [before, "?"]}
        for name, before in zip(names, names[-1:] + names, strict=False)
    ]
    faults = graph(*nodes).to_text().partition("Faults\n")[2].splitlines()

    assert 21 == len(faults)
    assert "  cycle: n0 → n1 → n2 → n3 → n4 → n5 → n6 → n7 → n8 → n9 → n10 → n11 → (18 more) → n0" == faults[0]
    assert "  and 11 more" == faults[-1]


def test_mermaid() -> None:
    """Each type has its shape and class; the arrows and colours tell the kinds of edges apart."""
    assert (
        r"""
flowchart LR
    n_odd("odd<br/>classify"):::other
    n_a[/"a<br/>transform"/]:::transform
    n_b[["b<br/>spool"]]:::spool
    n_d>"d<br/>destination webhook"]:::destination
    n_self(["self<br/>event"]):::event
    n_gone["gone<br/>no such node"]:::missing
    n_b --> n_a
    n_a --> n_b
    n_b ==> n_d
    n_self --> n_self
    n_gone -.-> n_d
    classDef other fill:#eeebe6,stroke:#8b7355,color:#111827
    classDef transform fill:#efe1fc,stroke:#9333ea,color:#111827
    classDef spool fill:#f9ebdb,stroke:#d97706,color:#111827
    classDef destination fill:#ddf1e5,stroke:#16a34a,color:#111827
    classDef event fill:#e8ebee,stroke:#64748b,color:#111827
    classDef missing fill:#fae0e0,stroke:#dc2626,color:#111827,stroke-dasharray:5 4
    linkStyle 0,1,3 stroke:#64748b
    linkStyle 2 stroke:#16a34a
    linkStyle 4 stroke:#dc2626""".lstrip()
        == FAULTY.to_mermaid()
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("end", 'n_end[["end<br/>spool"]]:::spool'),
        ('say "hi"', 'n_say__hi_[["say #34;hi#34;<br/>spool"]]:::spool'),
        ("[x](y)", 'n__x__y_[["#91;x#93;#40;y#41;<br/>spool"]]:::spool'),
        ("1. one", 'n_1__one[["1#46; one<br/>spool"]]:::spool'),
        ("_a_ a_b", 'n__a__a_b[["#95;a#95; a_b<br/>spool"]]:::spool'),
        ("a\nb", 'n_a_b[["a#65533;b<br/>spool"]]:::spool'),
        ("</p>", 'n___p_[["#60;#47;p#62;<br/>spool"]]:::spool'),
        ("#quot;", 'n__quot_[["#35;quot#59;<br/>spool"]]:::spool'),
        ("日本", 'n___[["日本<br/>spool"]]:::spool'),
        ("\\n", 'n__n[["#92;#8288;n<br/>spool"]]:::spool'),
        ("fa:fa-car", 'n_fa_fa_car[["fa#58;#8288;fa-car<br/>spool"]]:::spool'),
        ("n" * 50, f'n_{"n" * 40}[["{"n" * 50}<br/>spool"]]:::spool'),
    ],
)
def test_mermaid_labels(name: str, line: str) -> None:
    """A name comes out as it is, whatever it means to Mermaid or Markdown."""
    assert line == graph({"name": name, "type": "spool"}).to_mermaid().splitlines()[1].strip()


def test_ids() -> None:
    """Names that look alike have different ids."""
    text = graph(*({"name": name, "type": "spool"} for name in ("a-b", "a_b", "a b", "a_b_1"))).to_mermaid()

    assert ["n_a_b", "n_a_b_1", "n_a_b_2", "n_a_b_1_3"] == re.findall(r"^    (n_\w+)\[", text, re.MULTILINE)


def test_dot() -> None:
    """Quotes and backslashes are escaped, and long texts broken."""
    text = graph({"name": 'a"\\', "type": "get_state", "config": {"key": "k " * 20}}).to_dot()

    assert (
        r"""
digraph {
    rankdir=LR
    node [fontname="Helvetica", fontsize=11]
    n_a__ [label="a\"\\\nget_state k k k k k k k k k k k\nk k k k k k k k k", shape=cylinder, style="filled", """.lstrip()
        + 'color="#0891b2", fillcolor="#dbeff4"]\n}'
        == text
    )
    assert '    n_b -> n_d [style=bold, color="#16a34a"]' in FAULTY.to_dot()
    assert '    n_gone -> n_d [style=dashed, color="#dc2626"]' in FAULTY.to_dot()
    assert 'n_gone [label="gone\\nno such node", shape=box, style="filled,dashed"' in FAULTY.to_dot()


NAMES = st.text(st.characters(), max_size=12)


@given(st.lists(st.tuples(NAMES, NAMES, NAMES), max_size=5))
def test_any_text(nodes: list[tuple[str, str, str]]) -> None:
    """Whatever stands in a job, the pictures are well formed, and can be written as UTF-8."""
    drawn = graph(*({"name": name, "type": type_ or "?", "depends_on": parent} for name, type_, parent in nodes), runtime=2)

    boxes = ET.fromstring(drawn.to_svg().encode()).findall(f"{SVG}g[@transform]")
    assert len(drawn.nodes) + len({ref.name for ref in drawn.unknown}) == len(boxes)
    for line in drawn.to_mermaid().splitlines()[1:]:
        assert re.fullmatch(
            r'    n_\w*\W+"(?:[\w /-]|#\d+;)*<br/>(?:[\w /-]|#\d+;)*"\W+\w+'
            r"|    n_\w* (?:-->|-\.->) n_\w*|    classDef [\w :#,-]+|    linkStyle [\d,]+ stroke:#\w+",
            line,
        )
    for line in drawn.to_dot().splitlines()[3:-1]:
        assert re.fullmatch(r'    n_\w* (?:-> n_\w* )?\[(?:label="(?:[^"\\]|\\.)*", )?[\w=", #]+\]', line)
    for text in (drawn.to_text(), drawn.to_html(), drawn._repr_html_(), drawn._repr_markdown_()):
        assert text.encode()


def test_svg() -> None:
    """A picture has all boxes and arrows, and what its boxes have no room for in their titles."""
    name = "tickets_of_all_brands_and_their_comments"
    root = ET.fromstring(
        graph(
            {"name": name, "type": "request", "method": "list", "resource": "日本語" * 10},
            {"type": "spool", "depends_on": "@"},
        ).to_svg()
    )
    titles = [title.text or "" for title in root.iter(f"{SVG}title")]
    shown = [text.text or "" for text in root.iter(f"{SVG}text")]

    assert [f"{name}: request list {'日本語' * 10}", "#1: spool", "@: no such node"] == titles
    assert shown[0].endswith("…")
    assert name.startswith(shown[0][:-1])
    assert shown[1].startswith("request list 日本")
    assert len(shown[1]) < 30
    assert ["#1", "spool", "@", "no such node"] == shown[2:]
    assert 1 == len(root.findall(f"{SVG}g/{SVG}path[@data-arrow]"))
    assert Graph([]).to_svg().startswith("<svg ")


def test_networkx() -> None:
    """Nodes have their key, edges their kind; what both fields say is said by `depends_on`."""
    made = graph(
        {"name": "a", "type": "spool"},
        {"name": "b", "type": "destination", "depends_on": "a", "resources_to_persist": ["a"]},
        {"name": "c", "type": "destination", "resources_to_persist": ["a", "gone"]},
        label="Mine",
    ).to_networkx()

    assert {"label": "Mine"} == made.graph
    assert {"a": "spool", "b": "destination", "c": "destination"} == {key: data["type"] for key, data in made.nodes.items()}
    assert "c" == made.nodes["c"]["node"].name
    assert [("a", "b", "depends_on"), ("a", "c", "resources_to_persist")] == list(made.edges(data="kind"))


def test_without_networkx(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what to install."""
    monkeypatch.setitem(sys.modules, "networkx", None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install 'truto-async\[networkx\]'"):
        Graph([]).to_networkx()


@pytest.mark.parametrize("document", SEED_JOBS, ids=lambda document: document["id"][:8])
def test_every_shape_of_job(document: dict[str, Any]) -> None:
    """All pictures can be made of it."""
    drawn = SyncJob.from_dict(document).graph

    assert all((drawn.to_text(), drawn.to_mermaid(), drawn.to_dot(), drawn.to_svg(), drawn.to_html()))


@pytest.mark.parametrize(
    ("shape", "count"),
    [("chain", 5000), ("fan", 1000), ("cycle", 1000)],
)
def test_large_graphs(shape: str, count: int) -> None:
    """A chain whose nodes are all persisted, a fan and a long cycle are drawn, without trouble from depth or size."""
    names = [f"n{number}" for number in range(count)]
    first: dict[str, str | None] = {"chain": None, "fan": None, "cycle": names[-1]}
    others = names[:1] * count if shape == "fan" else names
    parents = [first[shape], *others]
    nodes = [{"name": name, "type": "spool", "depends_on": parent} for name, parent in zip(names, parents, strict=False)]
    drawn = graph(*nodes, {"name": "all", "type": "destination", "resources_to_persist": names})

    for text in (drawn.to_text(), drawn.to_mermaid(), drawn.to_dot(), drawn.to_html()):
        assert names[-1] in text
        assert count <= text.count("\n")


def test_the_same_node_twice() -> None:
    """A node that is in the list twice is drawn twice."""
    node = UnknownNode(type="x", name="n")

    assert 2 == Graph([node, node]).to_dot().count("label=")
