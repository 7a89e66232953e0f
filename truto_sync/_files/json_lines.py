"""On which line of a JSON text each of its values is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from truto_async._codec.structure_error import json_path

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["find_lines", "line_of"]

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\],]|[^\s{}\[\],:"]+')


def find_lines(text: str) -> dict[str, int]:
    """Map the paths of values in a JSON text, such as "$.resources[3].name", to the lines where they, or their keys, begin.

    The text has to be JSON; any other gives lines that mean nothing.
    """
    lines: dict[str, int] = {}
    parents: list[tuple[str, int | None]] = []  # paths; of arrays with the place of the next element
    path: str | None = "$"  # of the value that comes next; None where the key of one comes
    line, counted = 1, 0
    for token in _TOKEN.finditer(text):
        line, counted = line + text.count("\n", counted, token.start()), token.start()
        match token[0]:
            case "}" | "]":
                path, _ = parents.pop() if parents else ("", None)
            case ",":
                parent, place = parents.pop() if parents else ("", None)
                path = None if place is None else f"{parent}[{place}]"
                parents.append((parent, None if place is None else place + 1))
            case key if path is None:
                path = parents[-1][0] + json_path((json.loads(key),))[1:]
                lines[path] = line
            case opening:
                lines.setdefault(path, line)
                if opening == "{":
                    parents.append((path, None))
                    path = None
                elif opening == "[":
                    parents.append((path, 1))
                    path = f"{path}[0]"
    return lines


def line_of(path: str, lines: Mapping[str, int]) -> int:
    """Return the line of a value; where there is no such value, that of the nearest one around it."""
    while path not in lines and path:
        path = re.sub(r"(\.[^.\[]*|\[[^\[]*|[^.\[]+)\Z", "", path)
    return lines.get(path, 1)
