"""The parser of JSONata: that of the package jsonata-python, with a fault mended."""

from __future__ import annotations

import threading
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["keep_pattern", "parser_of"]

_this_thread = threading.local()


def parser_of(library: ModuleType) -> Any:
    """Return the parser of this thread; making one takes as long as parsing several expressions."""
    parser = getattr(_this_thread, "parser", None)
    if parser is None:
        parser = _this_thread.parser = _parser_class(library)()
    return parser


def keep_pattern(pattern: str, _: object) -> str:
    """Return a regular expression as it is: the engine for those of JavaScript, which need not compile here."""
    return pattern


@cache
def _parser_class(library: ModuleType) -> type[Any]:
    base: Any = library.Parser

    class Parser(base):  # type: ignore[misc]  # the package has no types
        """Reads `a[1] ?? b` and `a[1] ?: b` as JSONata does since 2.2; the package filters `a` twice."""

        def process_ast(self, expr: Any) -> Any:
            """Give both sides of a condition nodes of their own, since processing changes them."""
            if expr is not None and expr.type == "condition":
                condition = [expr.condition, *(expr.condition.arguments or ())]  # of `a ?? b` it is `$exists(a)`
                if any(node is expr.then for node in condition):
                    expr.then = deepcopy(expr.then, {id(self): self})
            return base.process_ast(self, expr)

    return Parser
