"""Batch requests: a list of calls to a connected product, made by Truto in one go."""

from attrs import frozen

from truto_async._support.json import JSONObject
from truto_async.models._base import Model
from truto_async.models.nodes import Node

__all__ = ["BatchResult"]


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class BatchResult(Model):
    """What the calls of a batch gave (truto-skills: proxy and custom API). Most often both are there, one of them empty."""

    result: JSONObject | None = None
    """The records, as lists by the `resource` or `name` of their entry."""

    errors: JSONObject | None = None
    """The errors, as lists by the same keys."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class BatchOrder(Model):
    """What is sent for a batch."""

    integrated_account_id: str
    """The account that is called."""

    resources: list[Node]
    """The entries."""

    args: JSONObject | None = None
    """The arguments for their placeholders."""
