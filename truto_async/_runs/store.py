"""Stores of followed runs: what must outlive the process."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from attrs import field, frozen

from truto_async._support.json import JSONObject, JSONValue
from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

__all__ = ["RunRecord", "RunStore", "SQLiteRunStore"]

RecordState: TypeAlias = Literal["starting", "running", "ended", "handled"]
"""How far a tracked run is; see `RunRecord.state`."""

_APPLICATION_ID = 0x54527564  # "TRud": tells the file from other databases
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY,
    run_id TEXT UNIQUE,
    state TEXT NOT NULL,
    request TEXT NOT NULL,
    run TEXT,
    handed_out INTEGER NOT NULL,
    started REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unhandled ON runs (state) WHERE state != 'handled';
"""
_COLUMNS = "key, run_id, state, request, run, handed_out, started"


@frozen(kw_only=True)
class RunRecord:
    """What a store keeps of one run."""

    key: str
    """The key of the record, made before the run has an id."""

    run_id: str | None = None
    """The id of the run; None while it is being started."""

    state: RecordState
    """"starting" until the answer to the start is known, "running" until the run has ended, "ended" until that was handled,
    then "handled"."""

    request: JSONObject = field(factory=dict[str, JSONValue])
    """What the run was started with, to find it again if the answer to the start was lost."""

    run: JSONObject | None = None
    """The run as it was last seen."""

    handed_out: int = 0
    """How often its end was handed out."""

    started: float
    """When it was started or first tracked, in seconds since 1970 by this machine's clock."""


class RunStore(Protocol):
    """Keeps records of runs. A tracker calls its methods one at a time, but from any thread."""

    def save(self, records: Sequence[RunRecord]) -> None:
        """Write records durably, all or none, each in place of the one with its key."""
        ...

    def delete(self, key: str) -> None:
        """Remove a record."""
        ...

    def find(self, run_id: str) -> RunRecord | None:
        """Return the record of a run; None where there is none."""
        ...

    def unhandled(self) -> Iterable[RunRecord]:
        """Return the records that are not in the state "handled"."""
        ...

    def close(self) -> None:
        """Release what the store holds."""
        ...


class SQLiteRunStore:
    """A store in one SQLite file, which survives the end of the process at any moment.

    One process may use a file at a time.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        """Open or make the file.

        Args:
            path: the file; ":memory:" for a store that does not outlive the process, for tests.

        Raises:
            InvalidArgumentError: the file cannot be opened, is something else, or is in use by another process.
        """
        self._path = str(path)
        self._lock = threading.Lock()
        try:
            self._connection = self._open()
        except sqlite3.Error as error:
            problem = str(error)
        else:
            return
        raise InvalidArgumentError(f"the run store {self._path!r} cannot be opened: {problem}")

    def save(self, records: Sequence[RunRecord]) -> None:
        """Write records durably, all or none, each in place of the one with its key. Raises sqlite3.Error."""
        rows = [_row(record) for record in records]
        with self._lock, self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def delete(self, key: str) -> None:
        """Remove a record. Raises sqlite3.Error."""
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM runs WHERE key = ?", [key])

    def find(self, run_id: str) -> RunRecord | None:
        """Return the record of a run; None where there is none. Raises sqlite3.Error."""
        found = self._select("run_id = ?", run_id)
        return found[0] if found else None

    def unhandled(self) -> list[RunRecord]:
        """Return the records that are not in the state "handled", oldest first. Raises sqlite3.Error."""
        return self._select("state != 'handled'")

    def prune(self, before: float) -> int:
        """Remove the records of handled runs that were started before a time, and return their number.

        While a handled record is there, a late webhook delivery cannot hand out its run once more.

        Args:
            before: the time, in seconds since 1970.
        """
        with self._lock, self._connection:
            return self._connection.execute("DELETE FROM runs WHERE state = 'handled' AND started < ?", [before]).rowcount

    def close(self) -> None:
        """Close the file. A second call does nothing."""
        with self._lock:
            self._connection.close()

    def __repr__(self) -> str:
        """Show the path."""
        return f"SQLiteRunStore({self._path!r})"

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=1.0, check_same_thread=False)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            application_id, tables = connection.execute(
                "SELECT application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_application_id"
            ).fetchone()
            if application_id != _APPLICATION_ID and tables:
                raise sqlite3.DatabaseError("it is the database of another program")  # noqa: TRY301  # closed below
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _select(self, condition: str, *values: str) -> list[RunRecord]:
        query = f"SELECT {_COLUMNS} FROM runs WHERE {condition} ORDER BY started"  # noqa: S608  # conditions are ours
        with self._lock, closing(self._connection.execute(query, values)) as cursor:
            return [_record(*row) for row in cursor]


def _row(record: RunRecord) -> tuple[object, ...]:
    run = None if record.run is None else json.dumps(record.run)
    return (
        record.key,
        record.run_id,
        record.state,
        json.dumps(record.request),
        run,
        record.handed_out,
        record.started,
    )


def _record(  # noqa: PLR0917  # the columns
    key: str, run_id: str | None, state: RecordState, request: str, run: str | None, handed_out: int, started: float
) -> RunRecord:
    return RunRecord(
        key=key,
        run_id=run_id,
        state=state,
        request=json.loads(request),
        run=None if run is None else json.loads(run),
        handed_out=handed_out,
        started=started,
    )
