"""Whether arguments fit a sync job."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from attrs import frozen

from truto_async._codec.structure_error import json_path
from truto_async._support import json
from truto_async.errors import InvalidArgumentError
from truto_async.pipeline._formats import FORMATS
from truto_async.pipeline._jsonata import EvaluationError, evaluate
from truto_async.pipeline.arguments import declared_arguments, find_uses
from truto_async.pipeline.expressions import find_expressions

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.args import ArgsSchema
    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline.arguments import Argument

__all__ = ["ArgumentFault", "ArgumentFaultCode", "check_arguments"]

ArgumentFaultCode: TypeAlias = Literal["missing", "unknown", "type", "format", "enum", "refused", "not_checked"]
"""What is wrong with an argument.

"missing": a required one is not given. "unknown": the job has no such argument. "type", "format", "enum": a value does not
fit. "refused": the job's `args_validation` says no. "not_checked": what it says is not known, since it was not evaluated.
"""

_TYPES: Mapping[str, tuple[str, Callable[[JSONValue], bool]]] = {
    "string": ("a string", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "number": ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    "integer": (
        "an integer",
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0,
    ),
    "array": ("an array", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
    "null": ("null", lambda value: value is None),
}
"""The types of JSON Schema. Any other name is not checked."""

_LONGEST_VALUE = 60
_LONGEST_NAME = 100


@frozen
class ArgumentFault:
    """What is wrong with an argument of a run."""

    code: ArgumentFaultCode
    """What kind of fault it is."""

    name: str | None
    """The argument; None for what `args_validation` says about all of them."""

    path: str
    """Where the value is within the arguments, such as "$.ids[3]"."""

    message: str
    """What is wrong, and what to do."""

    def __str__(self) -> str:
        """Return the message."""
        return self.message


def check_arguments(job: SyncJob, args: Mapping[str, Any] | None = None) -> tuple[ArgumentFault, ...]:
    """Return all that is wrong with the arguments of a run; see `SyncJob.check_args`."""
    given: Any = {} if args is None else args
    if not isinstance(given, Mapping):
        raise InvalidArgumentError(f"args must be a dict, not {type(given).__name__}")
    values, faults = _read(cast("Mapping[object, object]", given))
    declared = declared_arguments(job.args_schema)
    return (
        *faults,
        *_missing(declared, values.keys() | {fault.name for fault in faults}),
        *_unknown(job, declared, values),
        *_misfits(job.args_schema, values),
        *_validation(job, declared, None if faults else values),
    )


def _read(args: Mapping[object, object]) -> tuple[JSONObject, list[ArgumentFault]]:
    """Read arguments as the server will, as JSON."""
    values: JSONObject = {}
    faults: list[ArgumentFault] = []
    for name, value in args.items():
        if not isinstance(name, str):
            faults.append(ArgumentFault("unknown", None, "$", f"the name of an argument must be a string, not {name!r}"))
            continue
        try:
            values[name] = json.loads(json.dumps(value))
        except (TypeError, ValueError) as error:
            faults.append(_fault("type", f"{name!r} cannot be written as JSON: {error}", name))
    return values, faults


def _missing(declared: Mapping[str, Argument], given: Container[str | None]) -> Iterator[ArgumentFault]:
    for name, argument in declared.items():
        if argument.required and argument.default is None and name not in given:
            wanted = _wanted(argument.types, argument.format)
            about = f" ({argument.description.strip()})" if argument.description else ""
            yield _fault("missing", f"{name!r} is missing{': give ' if wanted else ''}{wanted}{about}", name)


def _unknown(job: SyncJob, declared: Mapping[str, Argument], values: JSONObject) -> Iterator[ArgumentFault]:
    unknown = [name for name in values if name not in declared]
    if not unknown or not _is_closed(job.args_schema):
        return
    uses = dict(find_uses(find_expressions(job), declared))
    used = {name for names in uses.values() for name in names}
    if None in {name for path, names in uses.items() if path != "$.args_validation" for name in names}:
        return  # the job reads whatever it is given
    for name in unknown:
        if name not in used:
            near = get_close_matches(name, declared, n=1) if len(name) <= _LONGEST_NAME else []
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(declared) or 'none'}"
            yield _fault("unknown", f"there is no {_cut(name)!r} ({hint})", name)


def _is_closed(schema: ArgsSchema | None) -> bool:
    """Return whether a schema refuses names that it does not have; a flat one does, unless it is empty."""
    if schema is None:
        return False
    return schema.extra.get("additionalProperties") is False if schema.is_json_schema else bool(schema.properties)


def _misfits(schema: ArgsSchema | None, values: JSONObject) -> Iterator[ArgumentFault]:
    properties = {} if schema is None else schema.properties
    for name, value in values.items():
        if name in properties:
            yield from _misfits_of(properties[name].to_dict(), name, value)


def _misfits_of(spec: JSONObject, name: str, value: JSONValue) -> Iterator[ArgumentFault]:
    """Check a value, and the elements of arrays; what else JSON Schema has is left to the server."""
    pending: list[tuple[JSONObject, JSONValue, tuple[str | int, ...]]] = [(spec, value, (name,))]
    while pending:
        spec, value, steps = pending.pop()
        problem = None if "$ref" in spec else _misfit(spec, value)
        if problem is not None:
            code, wanted, got = problem
            where = repr(name) if len(steps) == 1 else f"{name!r} at {json_path(steps)}"
            yield ArgumentFault(code, name, json_path(steps), f"{where} must be {wanted}, not {got}")
        elif of_elements := json.as_object(spec.get("items")):
            elements = _as_list(value)
            pending += [(of_elements, elements[place], (*steps, place)) for place in reversed(range(len(elements)))]


def _misfit(spec: JSONObject, value: JSONValue) -> tuple[ArgumentFaultCode, str, str] | None:
    """Return what a value should be, and what it is, where it does not fit."""
    kinds = spec.get("type")
    types = [kinds] if isinstance(kinds, str) else [kind for kind in _as_list(kinds) if isinstance(kind, str)]
    format_ = spec.get("format")
    choices = _as_list(spec.get("enum"))  # where it has arrays or objects, it is left to the server
    if types and all(name in _TYPES for name in types) and not any(_TYPES[name][1](value) for name in types):
        return "type", _wanted(types, None), "a string" if isinstance(value, str) else _shown(value)
    if isinstance(value, str) and isinstance(format_, str) and format_ in FORMATS and not FORMATS[format_][0](value):
        return "format", FORMATS[format_][1], repr(_cut(value))
    if choices and not any(isinstance(choice, list | dict) or _equal(value, choice) for choice in choices):
        return "enum", f"one of {', '.join(map(_shown, choices))}", _shown(value)
    return None


def _validation(job: SyncJob, declared: Mapping[str, Argument], values: JSONObject | None) -> Iterator[ArgumentFault]:
    """Evaluate the job's own check, over the arguments with the defaults of those that are not given."""
    text = job.args_validation
    if not text or values is None:  # None where there are faults that keep it from being evaluated
        return
    defaults = {name: argument.default for name, argument in declared.items() if argument.default is not None}
    try:
        verdict = evaluate(text, {"args": defaults | values})
    except EvaluationError as error:
        yield ArgumentFault("not_checked", None, "$", f"args_validation was not evaluated: {error}")
        return
    message = json.as_object(verdict).get("message")
    if message is not None:
        text = message if isinstance(message, str) else _shown(message)
        yield ArgumentFault("refused", None, "$", f"args_validation says: {text}")
    elif verdict or isinstance(verdict, list | dict):  # which are true in JavaScript even where they are empty
        problem = f"it gives {_shown(verdict)}, which is neither a message nor false"
        yield ArgumentFault("not_checked", None, "$", f"args_validation was evaluated in vain: {problem}")


def _fault(code: ArgumentFaultCode, message: str, name: str) -> ArgumentFault:
    return ArgumentFault(code, name, json_path([name]), message)


def _wanted(types: Sequence[str], format_: str | None) -> str:
    """Describe values of a format or of types; nothing where neither says anything."""
    if format_ is not None and format_ in FORMATS:
        return FORMATS[format_][1]
    return " or ".join(_TYPES[name][0] if name in _TYPES else name for name in types)


def _equal(one: JSONValue, other: JSONValue) -> bool:
    """Compare a value with one that is neither an array nor an object."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _as_list(value: JSONValue) -> list[JSONValue]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]  # JSON values


def _shown(value: JSONValue) -> str:
    if isinstance(value, list):
        return "an array"
    return "an object" if isinstance(value, dict) else _cut(json.dumps(value).decode())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
