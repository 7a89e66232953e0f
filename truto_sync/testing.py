"""Truto on a loopback port, for tests: the same as `truto_async.testing`, in a `with` block."""

from truto_async.testing import SEED_JOBS, Delivery, FakeTruto, Fault, RecordedRequest, RunStep, no_waiting

__all__ = ["SEED_JOBS", "Delivery", "FakeTruto", "Fault", "RecordedRequest", "RunStep", "no_waiting"]
