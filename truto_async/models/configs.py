"""The settings inside the nodes of a sync job (truto-skills: sync jobs)."""

from typing import Literal, TypeAlias

from attrs import field, frozen

from truto_async._codec.fields import wire_name
from truto_async._support.json import JSONObject, JSONValue
from truto_async.models._base import Model

__all__ = ["DestinationConfig", "EventConfig", "ExpressionConfig", "Recurse", "StateConfig"]

EventName: TypeAlias = Literal["start", "complete", "error"] | str  # noqa: PYI051  # open: the literals are for editors


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ExpressionConfig(Model):
    """The settings of a node that evaluates JSONata."""

    expression: str | None = None
    """The JSONata expression."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class StateConfig(Model):
    """The settings of a node that reads or writes the state kept between runs."""

    key: str | None = None
    """The key of the entry."""

    default: JSONValue = None
    """For reading: the value where there is no entry; may hold placeholders."""

    value: JSONValue = None
    """For writing: the value; may hold placeholders."""

    value_expression: str | None = None
    """For writing: JSONata for the value; it wins over `value`, and writes nothing where it gives nothing."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class EventConfig(Model):
    """The settings of a node that stands for a moment of the run."""

    name: EventName | None = None
    """Which moment: "start", "complete" or "error"."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DestinationConfig(Model):
    """The settings of a node that hands records on."""

    id: str | None = None
    """The id of the webhook or datastore; usually a placeholder."""

    config: JSONObject | None = None
    """The arguments of a datastore's method."""

    expression: str | None = None
    """JSONata over what is handed on."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Recurse(Model):
    """How a request is repeated for each of its own records, as for folders in folders."""

    if_: str | None = field(default=None, metadata=wire_name("if"))
    """The condition on the record; JSON name `if`."""

    config: JSONObject | None = None
    """What the repeated request changes, such as `id` or `query`."""
