"""The web page of a graph, as a browser shows it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests import browser
from truto_async import SyncJob
from truto_async.pipeline import Graph
from truto_async.testing import SEED_JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

EVIL = "</script ><script>window.pwned = 1</script><!--<script><img src=x onerror='window.pwned = 2'>\"&\u2028"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Start a browser that notes what it asks the network for."""
    with browser.start(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def show(chromium: Chrome, tmp_path: Path) -> Iterator[Callable[[Graph], Chrome]]:
    """Open the page of a graph; at the end, nothing was asked of the network, and nothing went wrong."""
    path = tmp_path / "graph.html"

    def open_page(graph: Graph) -> Chrome:
        path.write_text(graph.to_html(), encoding="utf-8")
        chromium.get(path.as_uri())
        return chromium

    yield open_page
    events = [json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")]  # type: ignore[no-untyped-call]  # selenium's
    requests = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    ours = {request["request"]["url"] for request in requests if request["documentURL"] == path.as_uri()}
    assert {path.as_uri()} == ours
    assert [] == chromium.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's


def graph(*resources: dict[str, Any], label: str | None = None) -> Graph:
    """Make the graph of a job."""
    return SyncJob.from_dict({"id": "x", "label": label, "default_runtime_version": 4, "resources": list(resources)}).graph


def box(page: Chrome, title: str) -> WebElement:
    """Find the box of a node."""
    return page.find_element(By.XPATH, f"//*[@data-box][*[local-name()='text'][1]='{title}']")


def lit(page: Chrome) -> list[str]:
    """List the nodes that are highlighted."""
    return [element.text.partition("\n")[0] for element in page.find_elements(By.CSS_SELECTOR, ".box.lit")]


def details(page: Chrome) -> str:
    """Read what is shown of a node; nothing where it is hidden."""
    return page.find_element(By.ID, "details").text.removeprefix("Close\n")


def test_a_click(show: Callable[[Graph], Chrome]) -> None:
    """It shows what a node does, its neighbours, expressions and fields, and highlights all that depend on each other."""
    page = show(SyncJob.from_dict(SEED_JOBS[0]).graph)
    assert ("Zendesk tickets to warehouse", "") == (page.title, details(page))

    box(page, "comments").click()

    shown = details(page)
    assert shown.startswith("comments\nrequest: Calls the connected product and passes its records on.\n$.resources[4]\n")
    assert "GETS RECORDS FROM\ntickets\n2 in all, directly or through others\nPASSES RECORDS TO\nslim\n3 in all" in shown
    assert '$.resources[4].query (jsonata)\n{"ticket_id": resources.ticketing.tickets.id}' in shown
    assert '"resource": "ticketing/comments",\n' in shown
    assert ["cursor", "tickets", "comments", "slim", "all_comments", "to_app"] == lit(page)
    assert 5 == len(page.find_elements(By.CSS_SELECTOR, ".arrow.lit"))
    assert "true" == box(page, "comments").get_attribute("aria-pressed")

    page.find_element(By.XPATH, "//aside//button[text()='slim']").click()
    assert details(page).startswith("slim\n")
    page.find_element(By.CSS_SELECTOR, ".close").click()
    assert ("", []) == (details(page), lit(page))


def test_the_keyboard(show: Callable[[Graph], Chrome]) -> None:
    """Tab goes from node to node, Enter shows one, Escape hides it."""
    page = show(SyncJob.from_dict(SEED_JOBS[0]).graph)
    page.find_element(By.ID, "fit").click()
    for key in (Keys.TAB, Keys.TAB, Keys.ENTER):
        page.switch_to.active_element.send_keys(key)

    assert "get_state: Reads an entry" in details(page)
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert "" == details(page)
    assert box(page, "cursor") == page.switch_to.active_element


def test_find(show: Callable[[Graph], Chrome]) -> None:
    """Words find nodes by name, type and what they work on; Enter shows the first."""
    page = show(SyncJob.from_dict(SEED_JOBS[0]).graph)
    page.find_element(By.ID, "search").send_keys("destination store")

    found = page.find_elements(By.CSS_SELECTOR, ".box.found")
    assert ["to_bucket"] == [element.text.partition("\n")[0] for element in found]
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert "destination: Hands the records" in details(page)


def test_zoom(show: Callable[[Graph], Chrome]) -> None:
    """A large graph starts readable, is scrolled, and can be seen as a whole."""
    chain: list[dict[str, Any]] = [{"name": f"n{i}", "type": "spool", "depends_on": f"n{i - 1}"} for i in range(1, 300)]
    page = show(graph({"name": "n0", "type": "spool"}, *chain))

    def width() -> float:
        return float(page.execute_script("return document.querySelector('#canvas svg').getBoundingClientRect().width"))

    start = width()
    assert start > 300 * 200
    page.find_element(By.ID, "larger").click()
    assert start * 1.25 == pytest.approx(width())
    page.find_element(By.ID, "smaller").click()
    assert start == pytest.approx(width())
    page.find_element(By.ID, "fit").click()
    assert start / 10 > width()
    page.find_element(By.ID, "search").send_keys("n299", Keys.ENTER)
    assert box(page, "n299").is_displayed()
    assert "299 in all" in details(page)


def test_nothing_is_injected(show: Callable[[Graph], Chrome]) -> None:
    """Scripts in names, labels and values are shown, and not run."""
    nodes: list[dict[str, Any]] = [
        {"name": EVIL, "type": "request", "resource": EVIL, "query": {EVIL: EVIL}, "depends_on": f"{EVIL}?"},
        {"name": "b", "type": EVIL, "depends_on": EVIL, EVIL: [EVIL]},
    ]
    page = show(graph(*nodes, label=EVIL))
    shown = EVIL.replace("\u2028", "\N{REPLACEMENT CHARACTER}")

    assert shown == page.title == page.find_element(By.TAG_NAME, "h1").text
    for element in page.find_elements(By.CSS_SELECTOR, "[data-box]"):
        element.click()
        assert EVIL[:20] in details(page)
    assert 3 == len(page.find_elements(By.CSS_SELECTOR, "[data-box]"))
    assert page.execute_script("return window.pwned") is None
    assert 2 == len(page.find_elements(By.TAG_NAME, "script"))


def test_no_nodes(show: Callable[[Graph], Chrome]) -> None:
    """It is said that there are none."""
    page = show(Graph([]))

    assert "This job has no nodes." in page.find_element(By.ID, "canvas").text
    assert "0 nodes, 0 edges" in page.find_element(By.TAG_NAME, "header").text


def test_the_page_allows_its_own_script_only() -> None:
    """Its policy names the hashes of its script and its style sheet, and nothing else."""
    html = graph({"name": "a", "type": "spool", "depends_on": "?"}, label="<b>").to_html()

    assert re.search(
        r"\"default-src 'none'; img-src data:; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri", html
    )
    assert "<title>&lt;b&gt;</title>" in html
    assert "<li>a: no node is called ? (depends_on)</li>" in html
    assert "1 node, 0 edges" in html
    assert not re.search(r"(?:src|href)=\"(?!data:)", html)


def test_values_that_cannot_be_shown() -> None:
    """A page is made all the same, without what is too deep or too long."""
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    html = graph({"name": "a", "type": "new", "deep": deep}, {"name": "b", "type": "new", "long": "x" * 60_000}).to_html()

    [data] = re.findall(r'id="job">(.*?)</script>', html)
    first, second = json.loads(data)["boxes"]

    assert "(nested too deeply to be shown)" == first["json"]
    assert second["json"].endswith("xxx\n(10,048 more characters)")
    assert len(second["json"]) < 50_100
