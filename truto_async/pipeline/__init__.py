"""Understand a sync job without running it.

Its graph, its placeholders and arguments, what is wrong with it, what a run would do, and how two jobs differ.

::

    job = SyncJob.from_json(Path("job.json").read_bytes())
    print(job.graph.order)

All of it is pure: nothing here sends anything.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.pipeline.changes import *
    from truto_async.pipeline.difference import *
    from truto_async.pipeline.expressions import *
    from truto_async.pipeline.graph import *
else:
    from truto_async._support.lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__, *(f"{__name__}.{module}" for module in ("graph", "expressions", "difference", "changes"))
    )
