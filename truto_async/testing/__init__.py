"""A fake Truto server on a loopback port: for the tests of this SDK, and of programs that use it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.testing._deliveries import Delivery
    from truto_async.testing._fake import FakeTruto
    from truto_async.testing._lives import RunStep
    from truto_async.testing._no_waiting import no_waiting
    from truto_async.testing._records import Fault, RecordedRequest
    from truto_async.testing._seeds import SEED_JOBS
else:
    from truto_async._support.lazy import lazy

    # pytest imports this package in every project where the SDK is installed, for the fixtures.
    homes = ("_records", "_no_waiting", "_lives", "_seeds", "_deliveries", "_fake")
    __getattr__, __dir__ = lazy(__name__, *(f"{__name__}.{home}" for home in homes))

__all__ = ["SEED_JOBS", "Delivery", "FakeTruto", "Fault", "RecordedRequest", "RunStep", "no_waiting"]
