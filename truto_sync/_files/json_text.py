"""JSON text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from truto_async._support.json import loads
from truto_sync._files.errors import BadFileError

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["parse", "render"]


def parse(text: str) -> JSONValue:
    """Return what a text says. Raises BadFileError, also for a key that an object has twice."""
    try:
        value = json.loads(text, object_pairs_hook=_object)
        loads(text.encode())  # which refuses NaN and the like
    except json.JSONDecodeError as error:
        raise BadFileError(error.msg, error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise BadFileError("nested too deeply" if isinstance(error, RecursionError) else str(error)) from None
    return value


def render(document: JSONObject, like: str = "") -> str:
    """Write a document, indented as another text is."""
    indent = re.search(r'^\{\s*?\n([ \t]+)"', like)
    text = json.dumps(document, indent=indent[1] if indent else 2, ensure_ascii=False) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character can only be written as an escape
        return json.dumps(document, indent=indent[1] if indent else 2) + "\n"
    return text


def _object(pairs: list[tuple[str, JSONValue]]) -> JSONObject:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        raise BadFileError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return value
