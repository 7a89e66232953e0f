"""The pages of the documentation, read: their blocks of code, and which of them a reader takes together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)]

_FENCE = re.compile(r"(`{3,})([\w-]*)")
_TAB_SET = re.compile(r":{3,}\{tab-set\}")
_TAB = re.compile(r":{3,}\{tab-item\} (.+)")
_FILE_NAME = re.compile(r"# ([\w/]+\.py)(, at the end)?\n")


@frozen
class Block:
    """A block of code."""

    language: str
    """What stands behind its backticks, such as "python"; may be empty."""

    text: str
    """Its lines."""

    tab: str | None
    """The name of the tab that it is in."""

    tab_set: int
    """The number of the last set of tabs that began before it."""

    is_output: bool
    """Whether it is what the block of Python right before it prints."""

    @property
    def file(self) -> str | None:
        """The file that a reader saves it in: the comment on its first line; None if it has none."""
        found = self._file_name()
        return None if found is None else found[1]

    @property
    def is_appended(self) -> bool:
        """Whether it goes to the end of its file, and does not replace it."""
        found = self._file_name()
        return found is not None and found[2] is not None

    def _file_name(self) -> re.Match[str] | None:
        return _FILE_NAME.match(self.text) if self.language == "python" else None


def read_blocks(text: str) -> list[Block]:
    """Return the blocks of a page in Markdown, in order."""
    blocks: list[Block] = []
    lines = iter(text.splitlines())
    tab, tab_set, follows_python = None, 0, False
    for line in lines:
        if fence := _FENCE.fullmatch(line):
            content = "".join(f"{inner}\n" for inner in _until(fence[1], lines))
            is_output = follows_python and fence[2] == "text"
            blocks.append(Block(fence[2], content, tab, tab_set, is_output))
            follows_python = fence[2] == "python"
            continue
        if _TAB_SET.fullmatch(line):
            tab_set += 1
        elif found := _TAB.fullmatch(line):
            tab = found[1]
        elif line == ":::":
            tab = None
        follows_python = follows_python and not line
    return blocks


def ways(blocks: Iterable[Block]) -> list[str]:
    """Return the names of the tabs: a reader follows one of them through the page. [""] if there are none."""
    return list(dict.fromkeys(block.tab for block in blocks if block.tab is not None)) or [""]


def on_the_way(blocks: list[Block], way: str) -> list[Block]:
    """Return the blocks that a reader sees who picks a tab wherever it is there, and else the first."""
    picked = {block.tab_set: block.tab for block in reversed(blocks) if block.tab is not None}
    picked |= {block.tab_set: way for block in blocks if block.tab == way}
    return [block for block in blocks if block.tab in (None, picked.get(block.tab_set))]


def _until(end: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == end:
            return
        yield line
