"""A folder with jobs: what is in it, and writing to it. Nothing else of the files does I/O."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs
from attrs import frozen

from truto_async.errors import InvalidArgumentError, ResponseDecodeError
from truto_async.pipeline._difference.content import canonical, content_of
from truto_sync._files.errors import BadFileError, ChangedMeanwhileError
from truto_sync._files.job_file import SUFFIXES, JobFile, read_job_file
from truto_sync._files.records import Base, Unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.models import Model

__all__ = ["Contents", "Folder"]

_PLAIN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

M = TypeVar("M", bound="Model")


@frozen(kw_only=True)
class Contents:
    """What is in a folder."""

    files: Sequence[JobFile] = ()
    """The files with jobs, by name."""

    bad: Mapping[str, BadFileError] = {}
    """The files that should hold a job, and what is wrong with them, by name."""

    others: Sequence[str] = ()
    """The JSON and YAML files that are about something else, by name."""

    bases: Mapping[str, Base] = {}
    """The states that the files were last in step with, by the job's id in lower case."""

    unfinished: Mapping[str, Unfinished] = {}
    """The creates whose outcome is not known, by the name that their file has now."""

    renamed: Mapping[str, Unfinished] = {}
    """Those whose file was renamed since, by the name that it had."""

    strays: Mapping[str, Path] = {}
    """The files that are not looked at, but have the id of a job whose file was removed, by this id in lower case."""

    names: frozenset[str] = frozenset()
    """The names that are taken, in lower case."""


class Folder:
    """A folder with a file for each job, and a folder `.truto` with what is remembered of them."""

    def __init__(self, path: str) -> None:
        """Read nothing yet."""
        self.path = Path(path)
        self._bases = self.path / ".truto" / "base"
        self._creates = self.path / ".truto" / "creating"

    def read(self) -> Contents:
        """Read all of it.

        Raises InvalidArgumentError where there is no such folder, or where what is remembered is damaged, and OSError.
        """
        if not self.path.is_dir():
            problem = "is not a folder" if self.path.exists() else "does not exist; `pull` makes it"
            raise InvalidArgumentError(f"the folder {self.path} {problem}")
        if (self.path / ".truto").is_symlink():
            raise InvalidArgumentError(f"{self.path / '.truto'} is a symbolic link; put the folder itself there")
        with os.scandir(self.path) as entries:
            found = {entry.name: entry for entry in sorted(entries, key=lambda entry: entry.name)}
        files: list[JobFile] = []
        bad: dict[str, BadFileError] = {}
        others: list[str] = []
        for name, entry in found.items():
            if name.startswith(".") or Path(name).suffix.lower() not in SUFFIXES:
                continue
            if entry.is_symlink():  # also one that leads nowhere: it may be what became of a file
                bad[name] = BadFileError("it is a symbolic link; put the file itself here")
                continue
            if not entry.is_file():
                continue
            try:
                file = read_job_file(name, (self.path / name).read_bytes())
            except BadFileError as error:
                bad[name] = error
            else:
                files += [] if file is None else [file]
                others += [name] if file is None else []
        bad |= _with_the_same_id(files)
        bases = {base.id.lower(): base for base in _records(self._bases, Base)}
        unfinished = {unfinished.file: unfinished for unfinished in _records(self._creates, Unfinished)}
        renamed = _renamed(unfinished, [file for file in files if not file.job.id], found)
        return Contents(
            files=[file for file in files if file.name not in bad],
            bad=bad,
            others=others,
            bases=bases,
            unfinished={one.file: one for one in (unfinished | renamed).values()},
            renamed=renamed,
            strays=self._strays(bases.keys() - {file.job.id.lower() for file in files}, {file.name for file in files}),
            names=frozenset(name.lower() for name in found),
        )

    def write(self, name: str, data: bytes) -> None:
        """Write a new file, as a whole or not at all."""
        _write(self.path / name, data)

    def replace(self, file: JobFile, data: bytes) -> None:
        """Write a file that was read. Raises ChangedMeanwhileError if it is not any more as it was read."""
        if data == file.data:
            return
        path = self.path / file.name
        if path.read_bytes() != file.data:
            raise ChangedMeanwhileError(f"the file {path} was changed meanwhile, and is left as it is")
        _write(path, data)

    def remember(self, base: Base) -> None:
        """Keep the state that a file is in step with."""
        _write(self._base_path(base.id), _text_of(base))

    def forget(self, id_: str) -> None:
        """Remove the state of a job that has no file."""
        self._base_path(id_).unlink(missing_ok=True)

    def begin(self, unfinished: Unfinished) -> None:
        """Keep that a create is to be sent."""
        _write(self._create_path(unfinished.file), _text_of(unfinished))

    def end(self, file: str) -> None:
        """Remove what `begin` keeps, and the folder for it if that is all."""
        self._create_path(file).unlink(missing_ok=True)
        with suppress(OSError):
            self._creates.rmdir()

    def _strays(self, ids: Collection[str], names: Collection[str]) -> dict[str, Path]:
        """Find the JSON and YAML files with one of these ids in them that are not looked at, in folders below as well."""
        strays: dict[str, Path] = {}
        for root, folders, files in os.walk(self.path) if ids else ():
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for path in (Path(root, name) for name in sorted(files) if Path(name).suffix.lower() in SUFFIXES):
                if path.is_file() and not (path.parent == self.path and path.name in names):
                    text = path.read_text("utf-8", "replace").lower()
                    strays |= {id_: path for id_ in ids if id_ in text}
        return strays

    def _base_path(self, id_: str) -> Path:
        plain = id_.lower() if _PLAIN_ID.fullmatch(id_.lower()) else f"id-{_short(id_.lower())}"
        return self._bases / f"{plain}.json"

    def _create_path(self, file: str) -> Path:
        return self._creates / f"{_short(file)}.json"


def _with_the_same_id(files: Sequence[JobFile]) -> Iterator[tuple[str, BadFileError]]:
    names: dict[str, list[str]] = {}
    for file in files:
        if file.job.id:
            names.setdefault(file.job.id.lower(), []).append(file.name)
    for same in names.values():
        if len(same) > 1:
            yield from ((name, BadFileError(f"the job's id is in several files: {', '.join(same)}")) for name in same)


def _renamed(unfinished: Mapping[str, Unfinished], new: Sequence[JobFile], found: Collection[str]) -> dict[str, Unfinished]:
    """Find the creates whose file has another name now, by the old one: a new file says what was sent."""
    renamed: dict[str, Unfinished] = {}
    unknown = {file.name: canonical(content_of(file.job)) for file in new if file.name not in unfinished}
    for name, one in unfinished.items():
        same = next((other for other, text in unknown.items() if text == canonical(one.sent)), None)
        if name not in found and same is not None:
            del unknown[same]
            renamed[name] = attrs.evolve(one, file=same)
    return renamed


def _records(folder: Path, kind: type[M]) -> Iterator[M]:
    for path in sorted(folder.glob("*.json")):
        try:
            yield kind.from_json(path.read_bytes())
        except ResponseDecodeError as error:
            problem = f"{path} is damaged: {error}; restore it, or remove it and `pull`"
            raise InvalidArgumentError(problem) from None


def _text_of(record: Model) -> bytes:
    return (json.dumps(record.to_dict(), indent=2) + "\n").encode()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _write(path: Path, data: bytes) -> None:
    """Write a file beside the one that it takes the place of, and put it there when it is whole and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}.tmp")  # short: the name of the file may be as long as may be
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
