"""Show a plan on a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from truto_async.pipeline._pictures.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from truto_async._support.json import JSONValue
    from truto_async.pipeline.plans import (
        Plan,
        PlannedCall,
        PlannedDestination,
        PlannedLoop,
        PlannedNode,
        PlannedRequest,
        PlannedState,
        Undecided,
    )

__all__ = ["render"]

_LONGEST_VALUE = 1000
_MOST_CALLS = 3
_VERBS = {"read": "reads", "write": "writes", "delete": "deletes"}


def render(plan: Plan) -> str:
    """Return a plan as several lines."""
    sections = [
        [f"{plan.label or '(no label)'}  {plan.job_id}".rstrip(), *_indented(_job(plan), 2)],
        _section("Requests", map(_request, plan.requests)),
        _section("Destinations", map(_destination, plan.destinations)),
        _section("Handed to the webhook or daemon that the run names", ([key] for key in plan.persisted)),
        _section(f"State, in the namespace {plan.state_key or 'that all runs share'}", map(_state, plan.states)),
        _section("Not planned, being of types that are not known", ([key] for key in plan.not_planned)),
    ]
    return "\n\n".join("\n".join(map(plain, lines)) for lines in sections if lines) + "\n"


def _section(title: str, entries: Iterable[Iterable[str]]) -> list[str]:
    lines = [line for entry in entries for line in _indented(entry, 2)]
    return [title, *lines] if lines else []


def _indented(lines: Iterable[str], by: int) -> Iterator[str]:
    return (" " * by + line for line in lines)


def _job(plan: Plan) -> Iterator[str]:
    rows = [
        (f"args.{name}", f"{_json(value)}{'  (default)' * (name in plan.defaulted)}") for name, value in plan.args.items()
    ]
    rows += [("mutex_key", plan.mutex_key or "(none)"), ("state_key", plan.state_key or "(none)")]
    own = [each for each in plan.undecided if not each.path.startswith("$.resources[")]
    yield from _table([*rows, *_questions(own)])
    for fault in plan.faults:
        yield f"{'?' if fault.code == 'not_checked' else '!'} {fault.message}"


def _request(request: PlannedRequest) -> Iterator[str]:
    number = "-" if request.level is None else str(request.level + 1)
    what = " ".join(filter(None, (request.method, request.resource))) or "(nothing)"
    yield f"{number}  {', '.join([f'{request.node}: {what}', *_occasions(request), *_loop(request.loop, request.count)])}"
    if request.runs is False:
        yield f"     skipped: {request.why}"
        return
    rows = [*_calls(request)] if request.calls else []
    if request.recursion is not None:
        rows += [("again if", _value(request.recursion.condition)), ("  with", _value(request.recursion.config))]
    if request.delete_tracking is not None:
        rows.append(("deleted", " ".join((request.delete_tracking, _value(request.delete_tracking_query)))))
    yield from _indented(_table([*rows, *_questions(request.undecided, request)]), 5)


def _calls(request: PlannedRequest) -> Iterator[tuple[str, str]]:
    """Show what the calls have in common once, and then what each has of its own."""
    shown = request.calls[:_MOST_CALLS]
    fields = [_fields(call) for call in shown]
    common = {name for name in fields[0] if all(each[name] == fields[0][name] for each in fields)}
    yield from ((name, text) for name, text in fields[0].items() if name in common and text)
    if request.loop is not None and request.loop.elements is not None:
        for call, own in zip(shown, fields, strict=True):
            yield "for", _json(call.element)
            yield from ((f"  {name}", text) for name, text in own.items() if name not in common)


def _fields(call: PlannedCall) -> dict[str, str]:
    values = {"account": call.integrated_account_id, "id": call.id, "query": call.query, "body": call.body}
    return {name: _value(value) for name, value in values.items()}


def _destination(destination: PlannedDestination) -> Iterator[str]:
    identity = None if destination.id is None else _value(destination.id)
    what = " ".join(filter(None, (destination.destination_type, identity, destination.method))) or "(nothing)"
    gets = f"gets {' and '.join(destination.persists) or 'nothing'}"
    yield ", ".join([f"{destination.node}: {what}", gets, *_loop(destination.loop)])
    if destination.runs is False:
        yield f"  skipped: {destination.why}"
        return
    fields = {"config": destination.config, "expression": destination.expression}
    rows = [(name, _value(value)) for name, value in fields.items() if value is not None]
    yield from _indented(_table([*rows, *_questions(destination.undecided, destination)]), 2)


def _state(state: PlannedState) -> Iterator[str]:
    what = f"{state.node}: {_VERBS[state.action]} {state.key or '(no key)'}"
    yield ", ".join([what, *_occasions(state)])
    if state.runs is False:
        yield f"  skipped: {state.why}"
        return
    rows = [] if state.value is None else [("else" if state.action == "read" else "value", _value(state.value))]
    yield from _indented(_table([*rows, *_questions(state.undecided, state)]), 2)


def _occasions(node: PlannedRequest | PlannedState) -> Iterator[str]:
    if node.event is not None:
        yield f"at the event {node.event}"
    if node.each:
        yield f"for the records of {' and '.join(node.each)}"
    if node.after:
        yield f"for all records of {' and '.join(node.after)} at once"


def _loop(loop: PlannedLoop | None, count: int | None = None) -> Iterator[str]:
    if loop is not None and loop.elements is not None:
        number = len(loop.elements)
        hidden = f", the first {_MOST_CALLS} shown" if number > _MOST_CALLS else ""
        yield f"for {'the one element' if number == 1 else f'each of the {number} elements'} of {loop.path}{hidden}"
    elif loop is not None:
        yield f"for each element of {loop.path}"
    elif count == 1:
        yield "once"


def _questions(undecided: Iterable[Undecided], node: PlannedNode | None = None) -> Iterator[tuple[str, str]]:
    """Say what is not decided, and why."""
    questions = [(each.path.partition("].")[2] or each.path, each) for each in undecided]
    if node is not None and node.runs is None:
        conditions = [each.text for place, each in questions if place == "run_if"]
        yield ("runs if", conditions[0]) if conditions else ("?", str(node.why))
    yield from (("?", f"{place}: {each.reason}") for place, each in questions)


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(rows)
    width = max((len(name) for name, _ in rows), default=0)
    return (f"{name:<{width}}  {value}".rstrip() for name, value in rows)


def _value(value: JSONValue) -> str:
    """Show a value: text as it is, as it often is not decided, and anything else as JSON."""
    return _cut(value) if isinstance(value, str) else "" if value is None else _json(value)


def _json(value: JSONValue) -> str:
    try:
        return _cut(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return "(nested too deeply)"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
