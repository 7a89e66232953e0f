"""JSONata: the only door to the package jsonata-python, which the extra `jsonata` installs.

The package is pure Python, and keeps what it is evaluating by thread; so any thread may use it. It is imported when the
first expression is parsed.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Literal, cast

from attrs import frozen

from truto_async._support import json
from truto_async.pipeline._jsonata_tree import Analysis

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from truto_async._support.json import JSONValue
    from truto_async.pipeline._jsonata_tree import Path

__all__ = [
    "MISSING",
    "TRUTO_FUNCTIONS",
    "EvaluationError",
    "SyntaxProblem",
    "evaluate",
    "find_syntax_problem",
    "is_installed",
    "paths_of",
    "truto_functions",
    "unknown_functions",
]

MISSING = "JSONata is not evaluated here: pip install 'truto-async[jsonata]'"
"""What to say where the package is not installed."""

_SECONDS = 1.0
_DEPTH = 1000

# Texts and comments, which are skipped, and `args`, with the name behind it.
_ARGS = re.compile(
    r"""
    "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | /\*.*?\*/
    | (?P<args> (?: \$\$?\s*\.\s* | (?<![\w$`]) (?<!(?<!\.)\.) ) (?: args | `args` ) (?![\w`]) )
      (?: \s*\.\s* (?: ["'`](?P<quoted>[^"'`]+)["'`] | (?P<name>[^\W\d]\w*) ) )?
    """,
    re.VERBOSE | re.DOTALL,
)

# What the npm package @truto/truto-jsonata 3.0.6 registers, apart from what it overrides to keep JSONata as it was.
TRUTO_FUNCTIONS = frozenset(
    """
    base64ToBlob blob bufferToString chunk compact convertCurrencyFromSubunit convertCurrencyToSubunit
    convertHtmlToMarkdown convertMarkdownToAdf convertMarkdownToGoogleDocs convertMarkdownToHtml convertMarkdownToNotion
    convertMarkdownToSlack convertMdToPdf convertNotionToMarkdown convertNotionToMd convertQueryToSql dependencyGraph
    diceCoefficient difference digest dtFromFormat dtFromIso find firstNonEmpty flatten flattenDeep flattenDepth
    generateEmbeddingsCohere getArrayBuffer getDataUri getMimeType groupBy jsToXml jsonParse jsonToCsv jsonToParquet
    keyBy lofilter mapValues mostSimilar omit orderBy parseDocument parseQuery parseUrl pick
    recursiveCharacterTextSplitter removeEmpty removeEmptyItems sign sortNodes stringifyQuery teeStream toNumber uuid
    values wrap xmlToJs zipSqlResponse
    """.split()  # noqa: SIM905  # reads better than sixty literals
)
"""The functions that Truto adds to JSONata (npm: @truto/truto-jsonata)."""


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
    parsed = _parse(text)
    return parsed if isinstance(parsed, SyntaxProblem) else None


def truto_functions(text: str) -> tuple[str, ...]:
    """Return the functions of Truto's own that an expression uses, in their order; none where it cannot be parsed."""
    free, _ = _free_names(text)
    return tuple(name for name in free if name in TRUTO_FUNCTIONS)


def unknown_functions(text: str) -> tuple[str, ...]:
    """Return the functions that an expression calls, and that neither JSONata, Truto nor itself defines.

    None where it cannot be parsed.
    """
    _, called = _free_names(text)
    return tuple(name for name in called if name not in TRUTO_FUNCTIONS)


def paths_of(text: str) -> tuple[Path, ...]:
    """Return the paths that an expression reads, in their order, such as ("args", "user_ids").

    They start at the root of what it reads. A value that is passed on whole is read with all that is below it, and the empty
    path stands for everything. Where the text cannot be parsed, as without the package, only paths that begin with "args"
    are found, by looking at the text.
    """
    analysis = _analysis(text)
    return tuple(analysis.reads if analysis is not None else dict.fromkeys(_read_arguments(text)))


def evaluate(text: str, data: JSONValue, *, undefined: JSONValue = None, seconds: float = _SECONDS) -> JSONValue:
    """Evaluate an expression, and return plain JSON.

    Args:
        text: the expression.
        data: what it reads; it is not changed.
        undefined: what to return for an expression that gives nothing.
        seconds: how long it may take. A regular expression that backtracks is not interrupted.

    Raises:
        EvaluationError: the package is not installed, the text is not JSONata, it uses a function of Truto's own, or fails.
    """
    library = _library()
    if library is None:
        raise EvaluationError(MISSING, "missing")
    problem = find_syntax_problem(text)
    if problem is not None:
        raise EvaluationError(f"it is not JSONata: {problem.message}", "syntax")
    if foreign := truto_functions(text):
        raise EvaluationError(f"{_listed(foreign)} is a function of Truto's own, which is not evaluated here", "truto")
    if unknown := unknown_functions(text):
        raise EvaluationError(f"{_listed(unknown)} is no function of JSONata; perhaps it is one of Truto's own", "truto")
    try:
        expression = library.Jsonata(text + " ", timeout=round(seconds * 1000), stack=_DEPTH)
        expression.set_output_convert_nulls(False)  # so that nothing and null differ
        result = expression.evaluate(json.copy(data))
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


def _parse(text: str) -> Any:
    """Return the tree of an expression, or why there is none; None where nobody knows."""
    library = _library()
    if library is None:
        return None
    try:
        # The space keeps the parser from looking behind the end. Regular expressions are JavaScript's: not compiled here.
        return library.Parser().parse(text + " ", _keep_pattern)
    except RecursionError:
        return None
    except library.JException as error:
        return SyntaxProblem(_message(error), min(error.location, len(text)))
    except KeyError as error:  # of an operator that is none, such as "!"
        return SyntaxProblem(f"Unknown operator: {error.args[0]}", None)
    except IndexError:
        return SyntaxProblem("Unexpected end of expression", len(text))


def _keep_pattern(pattern: str, _: object) -> str:
    return pattern


def _analysis(text: str) -> Analysis | None:
    tree = _parse(text)
    return None if tree is None or isinstance(tree, SyntaxProblem) else Analysis(tree)


def _free_names(text: str) -> tuple[list[str], list[str]]:
    """Return the variables that nobody defines, and those that are called; functions are variables, too."""
    analysis = _analysis(text)
    library = _library()
    if analysis is None or library is None:
        return [], []
    known: set[str] = analysis.defined | library.Jsonata.static_frame.bindings.keys()
    used, called = ([name for name in names if name not in known] for names in (analysis.variables, analysis.called))
    return used, called


def _read_arguments(text: str) -> Iterable[Path]:
    """Find where a text seems to read arguments, for want of its tree."""
    for found in _ARGS.finditer(text):
        if found["args"]:
            name = found["quoted"] or found["name"]
            yield ("args", name) if name else ("args",)


def _plain(value: Any, null: object) -> JSONValue:
    """Return a result as plain JSON. Raises ValueError for a function, which JSON does not have."""
    if value is null or value is None:
        return None
    if isinstance(value, dict):
        return {key: _plain(item, null) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]  # of the package
        return [_plain(items[index], null) for index in range(len(items))]  # a range of the package iterates over too few
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


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"${name}" for name in names)
