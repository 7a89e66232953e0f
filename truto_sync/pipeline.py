"""Understand a sync job without running it: the same as `truto_async.pipeline`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.pipeline import *
else:
    from truto_async._support.lazy import lazy

    __getattr__, __dir__ = lazy(__name__, "truto_async.pipeline")
