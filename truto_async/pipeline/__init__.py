"""Understand a sync job without running it.

Its graph, its placeholders and arguments, what is wrong with it, what a run would do, and how two jobs differ.

::

    job = SyncJob.from_json(Path("job.json").read_bytes())
    print(job.graph.order)

All of it is pure: nothing here sends anything.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.pipeline.argument_check import *
    from truto_async.pipeline.arguments import *
    from truto_async.pipeline.changes import *
    from truto_async.pipeline.checking import *
    from truto_async.pipeline.difference import *
    from truto_async.pipeline.expressions import *
    from truto_async.pipeline.graph import *
    from truto_async.pipeline.placeholders import *
    from truto_async.pipeline.planning import *
    from truto_async.pipeline.plans import *
    from truto_async.pipeline.rendering import *
else:
    from truto_async._support.lazy import lazy

    _MODULES = (
        "graph",
        "expressions",
        "placeholders",
        "rendering",
        "arguments",
        "argument_check",
        "checking",
        "plans",
        "planning",
        "difference",
        "changes",
    )
    __getattr__, __dir__ = lazy(__name__, *(f"{__name__}.{module}" for module in _MODULES))
