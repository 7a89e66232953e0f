"""Where a command gets a sync job from: its id, or a file."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from truto_async._support import json
from truto_async.errors import InvalidArgumentError, ResponseDecodeError
from truto_async.models import SyncJob
from truto_sync._files import yaml_text
from truto_sync._files.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from truto_async._support.json import JSONValue
    from truto_sync.client import Truto

    Connect: TypeAlias = Callable[..., AbstractContextManager[tuple[Truto, str]]]
    Client: TypeAlias = Callable[[], tuple[Truto, str]]

__all__ = ["SOURCE_HELP", "client_on_demand", "is_file", "is_yaml", "read_file", "read_job"]

SOURCE_HELP = "the job's id, or a file with the job; - for standard input"
"""What commands say about such an argument."""

_YAML_SUFFIXES = (".yaml", ".yml")
_SUFFIXES = (".json", *_YAML_SUFFIXES)


@contextmanager
def client_on_demand(connect: Connect, *, demo: bool) -> Generator[Client]:
    """Yield a function that returns a client and the id of a demo job: the same ones each time, made when first needed.

    A command that reads files only needs no token.
    """
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(connect(demo=demo)))


def read_job(source: str | None, client: Client) -> SyncJob:
    """Return the job with an id, or the one in a file; for None the first job of the demo.

    A source is a file if there is such a file, or if it looks like the path of one. Raises InvalidArgumentError for a file
    that is missing or holds no job, and what `sync_jobs.get` raises.
    """
    if source is not None and is_file(source):
        return read_file(source)
    truto, demo_job = client()
    return truto.sync_jobs.get(demo_job if source is None else source)


def read_file(source: str) -> SyncJob:
    """Return the job in a file, or in standard input for "-"; an exported job may have no id."""
    document = _document(source)
    if isinstance(document, list):
        raise InvalidArgumentError(f"{_name(source)} holds a list; give a file with one job, as `get --json` prints it")
    if isinstance(document, dict):
        document = {"id": "", **json.as_object(document)}
    try:
        return SyncJob.from_dict(document)
    except ResponseDecodeError as error:
        raise InvalidArgumentError(f"{_name(source)} holds no sync job: {error}") from None


def is_file(source: str) -> bool:
    """Return whether a source is a file, or standard input, rather than an id."""
    looks_like_a_path = os.sep in source or source.lower().endswith(_SUFFIXES)
    return source == "-" or looks_like_a_path or Path(source).exists()


def is_yaml(source: str) -> bool:
    """Return whether a source is a file with YAML, by its name; others have JSON."""
    return source.lower().endswith(_YAML_SUFFIXES)


def _document(source: str) -> JSONValue:
    """Return what a file says: YAML if its name says so, else JSON."""
    data = _read(source)
    try:
        return yaml_text.to_json(yaml_text.load(data.decode("utf-8-sig"))) if is_yaml(source) else json.loads(data)
    except BadFileError as error:
        place = _name(source) if error.line is None else f"line {error.line} of {_name(source)}"
        raise InvalidArgumentError(f"{place}: {error}") from None
    except ValueError as error:
        raise InvalidArgumentError(
            f"{_name(source)} is not {'UTF-8 text' if is_yaml(source) else 'JSON'}: {error}"
        ) from None


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise InvalidArgumentError(f"{_name(source)} cannot be read: {error.strerror}") from None


def _name(source: str) -> str:
    return "standard input" if source == "-" else f"the file {source}"
