"""The functions that Truto adds to JSONata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TRUTO_FUNCTIONS", "evaluated_here"]

# What the npm package @truto/truto-jsonata 3.0.6 registers, without `string`, `keys`, `each`, `sift`, `base64encode` and
# `base64decode`, which do what those of JSONata do.
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
"""The functions of Truto's own (npm: @truto/truto-jsonata)."""


def evaluated_here(null: object, string: Callable[[Any, None], str]) -> dict[str, Callable[..., Any]]:
    """Return those that are evaluated here: `firstNonEmpty`, which validations need, and `join`, which takes any values.

    Args:
        null: the null of JSON; None is what is not there.
        string: writes a number as JSONata does.
    """

    def first_non_empty(*values: Any) -> Any:
        return next((value for value in values if value is not None and value is not null), None)

    def join(array: Any = None, separator: Any = None, *_: Any) -> str:
        return ("," if separator is None else text(separator)).join(map(text, items(array)))

    def items(array: Any) -> list[Any]:
        return array if isinstance(array, list) else [array]  # pyright: ignore[reportUnknownVariableType]  # of any items

    def text(value: Any) -> str:
        if value is None or value is null:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return join(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return string(value, None)
        raise TypeError("an object cannot be joined")

    return {"firstNonEmpty": first_non_empty, "join": join}
