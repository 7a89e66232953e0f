"""The site, as the contributing guide builds it. Skipped where Sphinx is not installed: `pip install -e '.[docs]'`."""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import truto_async
import truto_sync
from tests import browser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from selenium.webdriver import Chrome

ROOT = Path(__file__).parent.parent
HOMES = ("", ".pipeline", ".redis", ".testing", ".webhooks")
MODULES = [import_module(package + home) for package in ("truto_async", "truto_sync") for home in HOMES]
OBJECTS = {f"{module.__name__}.{name}": getattr(module, name) for module in MODULES for name in module.__all__}
PHONE = 390
TOO_WIDE = """
    const scrolls = (box) => !box.matches('article')
        && (/auto|scroll/.test(getComputedStyle(box).overflowX) || scrolls(box.parentElement));
    return [...document.querySelectorAll('article *')]
        .filter((box) => box.getBoundingClientRect().right > innerWidth + 1 && !scrolls(box.parentElement))
        .map((box) => box.outerHTML.slice(0, 200));
"""
"""What of an article leaves the screen and has nothing around it that can be scrolled."""


class Page(HTMLParser):
    """The anchors and links of a page, and what it loads."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.anchors = {""}
        self.links: set[str] = set()
        self.content: set[str] = set()
        self.loaded: set[str] = set()
        self._depth = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a tag has."""
        given = dict(attrs)
        self.anchors.add(given.get("id") or "")
        self._depth += tag == "article"
        if tag == "a" and (target := given.get("href")):
            self.links.add(target)
            if self._depth:
                self.content.add(target)
        elif tag in ("img", "link", "script") and (target := given.get("src") or given.get("href")):
            self.loaded.add(target)

    def handle_endtag(self, tag: str) -> None:
        """Leave the content."""
        self._depth -= tag == "article"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site with the command of the contributing guide; or take the one that SITE names."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("Sphinx is not installed: pip install -e '.[docs]'")
    guide = (ROOT / "docs" / "contributing" / "index.md").read_text()
    [arguments] = re.findall(r"^pip install .* && sphinx-build (.*) docs docs/_build/html$", guide, re.MULTILINE)
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", *arguments.split(), "-d", folder / "trees", ROOT / "docs", folder / "html"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Start a browser."""
    with browser.start(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[str, Page]:
    """Read the pages of the site, by their path."""
    return {file.relative_to(site).as_posix(): Page(file.read_text()) for file in sorted(site.rglob("*.html"))}


@pytest.fixture(scope="module")
def inventory(site: Path) -> Mapping[str, str]:
    """Read where each Python object is described, by its full name."""
    head, *_, packed = (site / "objects.inv").read_bytes().split(b"\n", 4)
    assert b"# Sphinx inventory version 2" == head
    lines = re.findall(r"^(\S+) py:\S+ \S+ (\S+)", zlib.decompress(packed).decode(), re.MULTILINE)
    return {name: uri.replace("$", name) for name, uri in lines}


def target_of(page: str, link: str) -> tuple[str, str]:
    """Return the file and the anchor that a link of a page leads to."""
    parts = urlsplit(link)
    path = os.path.normpath(Path(page).parent / unquote(parts.path)) if parts.path else page
    return path, unquote(parts.fragment)


def local(links: set[str]) -> Iterator[str]:
    """Yield the links that stay on the site."""
    yield from (link for link in links if not urlsplit(link).scheme)


def test_no_dead_links(site: Path, pages: Mapping[str, Page]) -> None:
    """Each link inside the site leads to a file and an anchor that are there."""
    dead = []
    for name, page in pages.items():
        for link in local(page.links | page.loaded):
            path, anchor = target_of(name, link)
            is_there = anchor in pages[path].anchors if path in pages else (site / path).is_file()
            if not is_there:
                dead.append(f"{name}: {link}")

    assert not dead


def test_nothing_is_loaded_from_elsewhere(pages: Mapping[str, Page]) -> None:
    """Scripts, styles and pictures come with the site."""
    assert not [target for page in pages.values() for target in page.loaded if urlsplit(target).netloc]


def test_every_public_name_is_described(inventory: Mapping[str, str], pages: Mapping[str, Page]) -> None:
    """Each name of either package is in the index of objects, under its own name."""
    assert not OBJECTS.keys() - inventory.keys()
    for name in OBJECTS:
        path, anchor = target_of("", inventory[name])
        assert anchor in pages[path].anchors, name


def test_every_member_is_described(inventory: Mapping[str, str]) -> None:
    """So is each method, property and field of a class, there or where the class has it from."""
    described = {".".join(full.split(".")[-2:]) for full in inventory}
    classes = [value for value in OBJECTS.values() if inspect.isclass(value)]
    found = {f"{owner.__name__}.{member}" for cls in classes for owner, member in members(cls)}

    assert {"Truto.request", "SyncJobs.get_many", "SyncJob.label", "NodeBase.name"} < found
    assert not found - described


def members(cls: type[Any]) -> Iterator[tuple[type[Any], str]]:
    """Yield the public members of a class, with the class of this SDK that has them."""
    for owner in cls.__mro__:
        if owner.__module__.startswith("truto_"):
            names = {*vars(owner), *inspect.get_annotations(owner)}
            yield from ((owner, name) for name in sorted(names) if not name.startswith("_"))


def test_index_for_people(site: Path) -> None:
    """The index that people read has each name."""
    text = re.sub(r"<[^>]+>", "", (site / "genindex.html").read_text())

    assert not [name for name in OBJECTS if not re.search(rf"\b{name.rpartition('.')[2]}\b", text)]


def test_every_page_is_two_clicks_away(pages: Mapping[str, Page]) -> None:
    """From the front page, without the navigation at the side."""
    reached = {"index.html"}
    for _ in range(2):
        for name in list(reached):
            reached |= {path for path, _ in (target_of(name, link) for link in local(pages[name].content)) if path in pages}

    assert not pages.keys() - reached - {"search.html"}  # which the field at the side leads to


@pytest.mark.parametrize("section", ["how-to", "explanation", "reference", "contributing"])
def test_sections_list_their_pages(section: str) -> None:
    """The page of a section shows the same pages as the navigation at the side, in the same order."""
    text = (ROOT / "docs" / section / "index.md").read_text()
    contents, _, tree = text.partition("```{toctree}\n:hidden:\n\n")
    listed = [Path(link).stem for link in re.findall(r"^- \[[^\]]+\]\(([\w-]+)\.md\)", contents, re.MULTILINE)]

    assert [page for page in tree.split()[:-1] if page in listed] == listed
    assert set(tree.split()[:-1]) - set(listed) <= {"benchmarks"}  # whose text is outside of the folder


def test_search(site: Path) -> None:
    """The index of the search has the words of pages and of docstrings."""
    index = (site / "searchindex.js").read_text()

    for word in ("backpressur", "retrypolici", "get_mani"):
        assert word in index.lower()


def test_search_in_a_browser(site: Path, chromium: Chrome) -> None:
    """The search finds what a word is about first."""
    chromium.get(f"{(site / 'search.html').resolve().as_uri()}?q=RetryPolicy")
    found = WebDriverWait(chromium, 20).until(lambda page: page.find_elements(By.CSS_SELECTOR, ".search li a"))

    assert "truto_async.RetryPolicy" == found[0].text


def test_on_a_phone(site: Path, chromium: Chrome, pages: Mapping[str, Page]) -> None:
    """Nothing is cut off on the screen of a phone: what is wider, such as tables and code, can be scrolled by itself."""
    screen = {"width": PHONE, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    too_wide = {}
    for name in pages:
        chromium.get((site / name).resolve().as_uri())
        if found := chromium.execute_script(TOO_WIDE):
            too_wide[name] = found

    assert not too_wide


def test_markdown(site: Path, pages: Mapping[str, Page]) -> None:
    """Each page is there as Markdown, without directives, and llms.txt lists them."""
    index = (site / "llms.txt").read_text()
    listed = set(re.findall(r"\]\(([^)]+)\)", index))
    written = {file.relative_to(site).as_posix() for file in site.rglob("*.md")}
    generated = {"genindex.html", "search.html"}

    assert {name.replace(".html", ".md") for name in pages.keys() - generated} == written
    assert all((site / name).is_file() for name in listed if "://" not in name)
    assert {name for name in written if not name.endswith("index.md")} <= listed | {"changelog.md"}
    for name in written:
        assert not re.search(r"^(:::|```\{)|\{ref\}", (site / name).read_text(), re.MULTILINE), name
    assert "#### `async get(id: str) -> SyncJob`" in (site / "reference" / "resources.md").read_text()


def test_markdown_has_no_dead_links(site: Path) -> None:
    """What the Markdown pages and llms.txt link to is on the site: pages, pictures and files."""
    dead = []
    for file in [site / "llms.txt", *site.rglob("*.md")]:
        text = re.sub(r"^```.*?^```", "", file.read_text(), flags=re.DOTALL | re.MULTILINE)
        links = local(set(re.findall(r"\]\(([^)\s]+)\)", text)))
        dead += [(file.name, link) for link in links if not (file.parent / link.partition("#")[0]).exists()]

    assert not dead


def test_environment_variables() -> None:
    """Each variable that the code reads by name is on the page about them."""
    page = (ROOT / "docs" / "reference" / "environment.md").read_text()
    packages = [Path(str(package.__file__)).parent for package in (truto_async, truto_sync)]
    sources = [file.read_text() for package in packages for file in package.rglob("*.py")]
    named = {name for source in sources for name in re.findall(r'^\w+_VARIABLE = "(\w+)"', source, re.MULTILINE)}

    assert {"TRUTO_API_TOKEN", "TRUTO_UVLOOP"} < named
    assert not [name for name in named if f"`{name}`" not in page]
