"""Fill in what is known, and note what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from truto_async._codec.structure_error import json_path
from truto_async._support import json
from truto_async.pipeline import _jsonata
from truto_async.pipeline._placeholders.javascript import UNDEFINED, UnrenderableError, in_text
from truto_async.pipeline._placeholders.paths import read
from truto_async.pipeline._planning.scope import ABSENT, NotKnownError, OpenObject
from truto_async.pipeline._planning.templates import fill_in, is_template
from truto_async.pipeline.plans import Undecided
from truto_async.pipeline.rendering import PlaceholderError

if TYPE_CHECKING:
    from truto_async._support.json import JSONValue
    from truto_async.pipeline._planning.scope import Scope
    from truto_async.pipeline._planning.templates import Place
    from truto_async.pipeline.placeholders import Placeholder, PlaceholderFault
    from truto_async.pipeline.plans import UndecidedCause

__all__ = ["UNDECIDED", "Evaluation", "as_text", "is_true"]

UNDECIDED: Final = object()
"""The value of an expression that is evaluated at run time."""

_SECONDS = 0.25


class Evaluation:
    """Evaluates the texts of one node, or of the job itself. What cannot be evaluated stays as it is, and is noted."""

    def __init__(self, scope: Scope, *place: str | int, noted: dict[tuple[str, str], Undecided] | None = None) -> None:
        """Evaluate with what is known.

        Args:
            scope: what can be read.
            place: the steps to the node in the job.
            noted: where to note what is not decided.
        """
        self.scope = scope
        self._place = place
        self._noted: dict[tuple[str, str], Undecided] = {} if noted is None else noted

    @property
    def undecided(self) -> tuple[Undecided, ...]:
        """What was noted, each text at its place once."""
        return tuple(self._noted.values())

    def inside(self, scope: Scope) -> Evaluation:
        """Return the evaluation of the same node with another scope, such as that of an element of its loop."""
        return Evaluation(scope, *self._place, noted=self._noted)

    def template(self, value: JSONValue, *steps: str | int) -> JSONValue:
        """Return a JSON value with its placeholders filled in; None where nothing is left of it."""
        if isinstance(value, str) and "{{" not in value:
            return value
        try:
            return fill_in(value, self.scope.plain, lambda each, place: self._is_known(each, *steps, place=place))
        except PlaceholderError as error:
            text = str(value) if error.placeholder is None else error.placeholder.text
            self.note(text, "invalid", str(error).rpartition(" @ ")[0], *steps)
            return json.copy(value)

    def filled_in(self, value: JSONValue, *steps: str | int, nothing: JSONValue = None) -> JSONValue:
        """Return the value of a field that holds JSONata where it is a string, and else a template.

        For JSONata that gives nothing it is `nothing`.
        """
        if not value or not isinstance(value, str):
            return self.template(value, *steps)
        result = self.expression(value, *steps)
        return value if result is UNDECIDED else nothing if result is ABSENT else result

    def expression(self, text: str, *steps: str | int) -> JSONValue:
        """Return the value of JSONata, ABSENT where it gives nothing, or UNDECIDED."""
        try:
            return _jsonata.evaluate(text, self.scope.root, undefined=ABSENT, seconds=_SECONDS, functions=_AT_RUN_TIME)
        except NotKnownError as unknown:
            self.note_unknown(text, unknown, *steps)
        except _jsonata.EvaluationError as error:
            self.note(text, "invalid" if error.kind in ("syntax", "failed") else "jsonata", str(error), *steps)
        return UNDECIDED

    def _is_known(self, placeholder: Placeholder, *steps: str | int, place: Place) -> bool:
        """Return whether a placeholder can be filled in, and note why not."""
        try:
            missing = self._read(placeholder)
        except NotKnownError as unknown:
            self.note_unknown(placeholder.text, unknown, *steps, *place.steps)
            return False
        except UnrenderableError as error:
            self.note(placeholder.text, "invalid", f"{error.problem}; {error.advice}", *steps, *place.steps)
            return False
        if missing:
            cause: UndecidedCause = "argument" if any(path.startswith("args.") for path in missing) else "context"
            reason = f"stays as it is, since nothing is passed for {' or '.join(missing)}"
            self.note(placeholder.text, cause, reason, *steps, *place.steps)
        return True

    def _read(self, placeholder: Placeholder) -> list[str]:
        """Do what the renderer will do, up to the first value; return the paths of a placeholder that has none.

        Raises NotKnownError, and UnrenderableError where the renderer would fail.
        """
        for alternative in placeholder.alternatives:
            _refuse_fault(alternative.path_fault)
            value = read(self.scope.root, alternative.reads)
            if isinstance(value, OpenObject):
                raise NotKnownError(*value.steps)
            if value is UNDEFINED or (value == "" and placeholder.skips_empty):
                continue
            _refuse_fault(None if value is None else alternative.type_fault)
            if isinstance(value, dict | list) and is_template(value):
                raise UnrenderableError("it inserts placeholders, which are rendered, too", "see what the run makes of them")
            return []
        _refuse_fault(placeholder.default_fault)
        if placeholder.default is not None or placeholder.allows_undefined or placeholder.allows_null:
            return []
        return [alternative.path for alternative in placeholder.alternatives]

    def note_unknown(self, text: str, unknown: NotKnownError, *steps: str | int) -> None:
        """Note that a text reads what is not known."""
        cause, reason = self.scope.explain(unknown.steps)
        self.note(text, cause, reason, *steps, reads=".".join(unknown.steps) or None)

    def note(self, text: str, cause: UndecidedCause, reason: str, *steps: str | int, reads: str | None = None) -> None:
        """Note that a text is not decided."""
        path = json_path((*self._place, *steps))
        self.add(Undecided(path, text, cause, reason, reads))

    def add(self, undecided: Undecided) -> None:
        """Add what was found elsewhere."""
        self._noted.setdefault((undecided.path, undecided.text), undecided)


def _refuse_fault(fault: PlaceholderFault | None) -> None:
    if fault is not None:
        raise UnrenderableError(fault.problem, fault.advice)


def as_text(value: JSONValue) -> str | None:
    """Return a value where a text is expected, as JavaScript writes it."""
    try:
        return None if value is None else in_text(value)
    except UnrenderableError:
        return "[object Object]"


def is_true(value: JSONValue) -> bool:
    """Return whether JavaScript, in which Truto is written, takes a value for true. Empty arrays and objects are."""
    return value is not ABSENT and (bool(value) or isinstance(value, list | dict))


def _refuse(name: str) -> Any:
    def refuse(*_: object) -> NoReturn:
        raise NotKnownError(f"${name}")

    return refuse


_AT_RUN_TIME = {name: _refuse(name) for name in ("now", "millis", "random")}
