"""Truto on a loopback port, for tests: of this SDK, and of programs that use it."""

from truto_async.testing._fake import FakeTruto
from truto_async.testing._no_waiting import no_waiting
from truto_async.testing._records import Fault, RecordedRequest
from truto_async.testing._seeds import SEED_JOBS

__all__ = ["SEED_JOBS", "FakeTruto", "Fault", "RecordedRequest", "no_waiting"]
