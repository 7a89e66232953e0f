"""A file with a sync job: from its bytes to the job, and back."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from truto_async._support.json import JSONObject, as_object
from truto_async.errors import InvalidArgumentError, ResponseDecodeError
from truto_async.models import SyncJob
from truto_async.pipeline._difference.content import canonical
from truto_sync._files import json_lines, json_text, yaml_text
from truto_sync._files.arrangement import arranged, rearranged
from truto_sync._files.errors import BadFileError
from truto_sync._files.yaml_edit import edited

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SUFFIXES", "Format", "JobFile", "new_file", "read_job_file"]

Format: TypeAlias = Literal["yaml", "json"]
"""What a file is written in."""

SUFFIXES: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
"""The formats of files by the ends of their names."""

_BOM = b"\xef\xbb\xbf"


@frozen
class JobFile:
    """A file that holds a job."""

    name: str
    """Its name in the folder."""

    data: bytes
    """What is in it."""

    document: JSONObject
    """What it says."""

    job: SyncJob
    """The job; its id is empty where the server has not made it yet."""

    def holding(self, job: SyncJob) -> bytes:
        """Return what it is to hold for a job to be in it; unchanged where it is.

        Raises InvalidArgumentError for a job that is nested too deeply.
        """
        document = rearranged(job, self.document)
        if canonical(document) == canonical(self.document):
            return self.data
        new = _written(job, document, _format(self.name), _text(self.data))
        new = new.replace("\n", "\r\n") if b"\r\n" in self.data else new
        return (_BOM if self.data.startswith(_BOM) else b"") + new.encode()


def new_file(job: SyncJob, format_: Format) -> bytes:
    """Return what a new file holds of a job. Raises InvalidArgumentError for one that is nested too deeply."""
    return _written(job, arranged(job), format_).encode()


def read_job_file(name: str, data: bytes) -> JobFile | None:
    """Read a file; None where it is about something else than a job: it has neither an id nor resources.

    Raises BadFileError, and InvalidArgumentError for YAML where ruamel.yaml is not installed.
    """
    text = _text(data)
    if not text.strip():  # a job may have been in it
        raise BadFileError("it is empty; restore or remove it")
    document, line_at = _parse(_format(name), text)
    if document.get("id") is None and "resources" not in document:
        return None
    try:
        job = SyncJob.from_dict(document | {"id": "" if document.get("id") is None else document["id"]})
    except ResponseDecodeError as error:
        raise BadFileError(str(error), line_at(error.path)) from None
    return JobFile(name, data, document, job)


def _written(job: SyncJob, document: JSONObject, format_: Format, before: str | None = None) -> str:
    try:
        if format_ == "json":
            return json_text.render(document, like=before or "")
        return yaml_text.dump(yaml_text.from_json(document)) if before is None else edited(before, document)
    except RecursionError:
        raise InvalidArgumentError(f"the job {job.id!r} is nested too deeply for a {format_} file") from None


def _format(name: str) -> Format:
    return SUFFIXES[PurePath(name).suffix.lower()]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadFileError("it is not UTF-8 text", data.count(b"\n", 0, error.start) + 1) from None


def _parse(format_: Format, text: str) -> tuple[JSONObject, Callable[[str], int]]:
    """Return what a text says, and a function that returns the line of a JSON path."""
    if format_ == "json":
        return as_object(json_text.parse(text)), lambda path: json_lines.line_of(path, json_lines.find_lines(text))
    document = yaml_text.load(text)
    return as_object(yaml_text.to_json(document)), lambda path: yaml_text.line_of(document, path)
