"""JSONata: the only door to the package jsonata-python, which the extra `jsonata` installs.

The package is pure Python, and keeps what it is evaluating by thread; so any thread may use it. It is imported when the
first expression is parsed.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

from attrs import frozen

from truto_async._support import json
from truto_async.pipeline._jsonata.parser import keep_pattern, parser_of
from truto_async.pipeline._jsonata.tree import Analysis
from truto_async.pipeline._jsonata.truto_functions import TRUTO_FUNCTIONS, evaluated_here

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from truto_async._support.json import JSONValue
    from truto_async.pipeline._jsonata.tree import Path

__all__ = [
    "MISSING",
    "EvaluationError",
    "SyntaxProblem",
    "evaluate",
    "find_syntax_problem",
    "guess_paths",
    "is_installed",
    "known_functions",
    "paths_of",
    "truto_functions",
    "unknown_functions",
]

MISSING = "JSONata is not evaluated here: pip install 'truto-async[jsonata]'"
"""What to say where the package is not installed."""

_SECONDS = 1.0
_DEPTH = 1000
_END = " "  # keeps the parser from looking behind the end of the text

# Texts and comments, which are skipped, and `args`, with the name behind it.
_ARGS = re.compile(
    r"""
    "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | /\*.*?\*/
    | (?P<args> (?: \$\$?\s*\.\s* | (?<![\w$`]) (?<!(?<!\.)\.) ) (?: args | `args` ) (?![\w`]) )
      (?: \s*\.\s* (?: ["'`](?P<quoted>[^"'`]+)["'`] | (?P<name>[^\W\d]\w*) ) )?
    """,
    re.VERBOSE | re.DOTALL,
)


@frozen
class SyntaxProblem:
    """Why a text is not JSONata."""

    message: str
    """What is wrong with it, as a sentence without its full stop."""

    position: int | None
    """The character behind what is wrong; None where the parser does not know."""


class EvaluationError(Exception):
    """An expression was not evaluated. The text is the reason, as a phrase."""

    def __init__(self, reason: str, kind: Literal["missing", "truto", "syntax", "failed"]) -> None:
        """Keep the reason.

        Args:
            reason: why, as a phrase.
            kind: "missing" where the package is not installed, "truto" where a function is Truto's own, "syntax" where the
                text is not JSONata, and "failed" where it fails or goes on for too long.
        """
        super().__init__(reason)
        self.kind = kind


def is_installed() -> bool:
    """Return whether the package is there."""
    return _library() is not None


def find_syntax_problem(text: str) -> SyntaxProblem | None:
    """Return why a text is not JSONata, or None where nothing is wrong with it.

    Where the package is not installed, or where the text is nested too deeply for it, nothing is found either.
    """
    found = _analyze(text)
    return found if isinstance(found, SyntaxProblem) else None


def truto_functions(text: str) -> tuple[str, ...]:
    """Return the functions of Truto's own that an expression uses, in their order; none where it cannot be parsed."""
    return tuple(name for name in _free(text) if name in TRUTO_FUNCTIONS)


def unknown_functions(text: str) -> tuple[str, ...]:
    """Return the functions that an expression calls and that neither JSONata nor Truto nor the expression itself defines.

    There are none where it cannot be parsed.
    """
    return tuple(name for name, called in _free(text).items() if called and name not in TRUTO_FUNCTIONS)


def known_functions() -> frozenset[str]:
    """Return the functions that JSONata and Truto have; Truto's own only where the package is not installed."""
    library = _library()
    return TRUTO_FUNCTIONS if library is None else TRUTO_FUNCTIONS | library.Jsonata.static_frame.bindings.keys()


def paths_of(text: str) -> tuple[Path, ...]:
    """Return the paths that an expression reads, in their order, such as ("args", "user_ids").

    They start at the root of what it reads. A value that is passed on whole is read with all that is below it, and the empty
    path stands for everything. Where the text cannot be parsed, as without the package, only paths that begin with "args"
    are found, by looking at the text.
    """
    analysis = _analyze(text)
    return tuple(analysis.reads) if isinstance(analysis, Analysis) else guess_paths(text)


def guess_paths(text: str) -> tuple[Path, ...]:
    """Return the paths of arguments that a text seems to read, as far as it is JSONata; it is not parsed."""
    found = (match for match in _ARGS.finditer(text) if match["args"])
    names = (match["quoted"] or match["name"] for match in found)
    return tuple(dict.fromkeys(("args", name) if name else ("args",) for name in names))


def evaluate(
    text: str,
    data: JSONValue,
    *,
    undefined: JSONValue = None,
    seconds: float = _SECONDS,
    functions: Mapping[str, Callable[..., JSONValue]] = MappingProxyType({}),
) -> JSONValue:
    """Evaluate an expression as Truto does, and return plain JSON.

    Args:
        text: the expression.
        data: what it reads; it is not changed. An object of another class than dict is read by its own `get`, whose results
            the package may change.
        undefined: what to return for an expression that gives nothing.
        seconds: how long it may take. A regular expression that backtracks is not interrupted.
        functions: what stands in for functions of JSONata, such as "now".

    Raises:
        EvaluationError: the package is not installed, the text is not JSONata, it uses a function of Truto's own, or fails.
    """
    library = _library()
    if library is None:
        raise EvaluationError(MISSING, "missing")
    problem = find_syntax_problem(text)
    if problem is not None:
        raise EvaluationError(f"it is not JSONata: {problem.message}", "syntax")
    functions = {**evaluated_here(library.Utils.NULL_VALUE, library.Functions.string), **functions}
    foreign = [name for name in truto_functions(text) if name not in functions]
    if foreign or unknown_functions(text):
        raise EvaluationError(_not_here(foreign, unknown_functions(text)), "truto")
    try:
        expression = library.Jsonata("$", timeout=round(seconds * 1000), stack=_DEPTH)
        expression.ast = parser_of(library).parse(text + _END)
        for name, function in functions.items():
            expression.register_lambda(name, function)
        expression.set_output_convert_nulls(False)  # so that nothing and null differ
        has_own_get = isinstance(data, dict) and type(data) is not dict  # pyright: ignore[reportUnknownArgumentType]  # of Any
        expression.set_validate_input(not has_own_get)  # validation reads everything
        result = expression.evaluate(data if has_own_get else json.copy(data))
        return undefined if result is None else _plain(result, library.Utils.NULL_VALUE)
    except Exception as error:  # the package raises whatever its Python does, such as ZeroDivisionError
        raise EvaluationError(_reason(error), "failed") from error


def _library() -> ModuleType | None:
    limit = sys.getrecursionlimit()
    try:
        import jsonata  # type: ignore[import-untyped]  # noqa: PLC0415  # an optional extra without types
    except ImportError:
        return None
    finally:
        sys.setrecursionlimit(limit)  # importing it raises the limit of the whole process
    return cast("ModuleType", jsonata)


def _analyze(text: str) -> Analysis | SyntaxProblem | None:
    """Return what an expression does, or why it does not parse; None where nobody knows."""
    library = _library()
    try:
        return None if library is None else _parse(text, library)
    except Exception:  # noqa: BLE001  # the package's limit (RecursionError) or fault: the text may be fine
        return None


@lru_cache(maxsize=256)  # the checks of a job ask several questions about each expression
def _parse(text: str, library: ModuleType) -> Analysis | SyntaxProblem:
    try:
        return Analysis(parser_of(library).parse(text + _END, keep_pattern))
    except library.JException as error:
        return SyntaxProblem(_message(error), min(error.location, len(text)))
    except KeyError as error:  # of an operator that is none, such as "!"
        return SyntaxProblem(f"Unknown operator: {error.args[0]}", None)
    except IndexError:
        return SyntaxProblem("Unexpected end of expression", len(text))


def _free(text: str) -> dict[str, bool]:
    """Return the variables, functions included, that nothing defines here, and whether they are called."""
    library = _library()
    analysis = _analyze(text)
    if library is None or not isinstance(analysis, Analysis):
        return {}
    known = analysis.defined | library.Jsonata.static_frame.bindings.keys()
    return {name: name in analysis.called for name in analysis.variables if name not in known}


def _plain(value: Any, null: object) -> JSONValue:
    """Return a result as plain JSON. Raises ValueError for what JSON does not have, such as a function."""
    if value is null or value is None:
        return None
    if isinstance(value, dict):
        return {key: _plain(item, null) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]  # of the package
        return [_plain(items[index], null) for index in range(len(items))]  # a range of the package iterates over too few
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"it gives {value}, which is not JSON")
    if isinstance(value, str | int | float):
        return value
    raise ValueError("it gives a function, which is not JSON")


def _reason(error: Exception) -> str:
    while getattr(error, "error", None) == "Unexpected" and isinstance(error.__context__, Exception):
        error = error.__context__  # what happened within "and" and "or"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return f"it fails: {_message(error)}"


def _message(error: Exception) -> str:
    if getattr(error, "error", None) == "S0301" and getattr(error, "current", None) is not None:
        return f"Unsupported escape sequence: \\{error.current}"  # type: ignore[attr-defined]  # the package has the wrong number
    return str(error).rstrip(".") or type(error).__name__


def _not_here(foreign: Sequence[str], unknown: Sequence[str]) -> str:
    names = ", ".join(f"${name}" for name in foreign or unknown)
    if foreign:
        return f"it uses functions of Truto's own, which are not evaluated here: {names}"
    return f"it calls functions that JSONata does not have: {names}"
