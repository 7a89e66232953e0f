"""Fill in what is known, and note what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from truto_async._codec.structure_error import json_path
from truto_async.pipeline import _jsonata
from truto_async.pipeline._planning.scope import NotKnownError
from truto_async.pipeline.plans import Undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async._support.json import JSONValue
    from truto_async.pipeline._planning.scope import Scope
    from truto_async.pipeline.plans import UndecidedCause
