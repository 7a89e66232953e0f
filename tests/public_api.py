"""List the public names of both packages with their signatures and types: `python -m tests.public_api` writes the list anew.

A line is a name. Types are those of the source. What both packages share is listed once.
"""

from __future__ import annotations

import ast
import inspect
import re
import types
import typing
from enum import Enum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

import truto_async
from truto_async._support.lazy import LazyAttribute

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST = Path(__file__).with_suffix(".txt")
ROOT = Path(truto_async.__file__).parent.parent
MODULES = [
    f"{package}{module}"
    for package in ("truto_async", "truto_sync")
    for module in ("", ".pipeline", ".redis", ".testing", ".webhooks")
]
_PROTOCOLS = re.compile(r"__(await|bool|call|contains|getitem|len|a?(enter|exit|iter|next))__")


class _Text:
    """A type or a value in a signature, as it is to be shown."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def lines() -> Iterator[str]:
    """Yield a line for each public name."""
    for path in MODULES:
        module = import_module(path)
        twin = import_module(path.replace("truto_sync", "truto_async"))
        for name in sorted(module.__all__):
            value = getattr(module, name)
            if twin is not module and value is getattr(twin, name, None):
                yield f"{path}.{name} is {twin.__name__}.{name}"
            else:
                yield from _described(f"{path}.{name}", value)
    yield from _aliases()


def _described(path: str, value: object) -> Iterator[str]:
    if isinstance(value, type):
        yield from _class(path, value)
    elif isinstance(value, types.FunctionType):
        yield _function(path, value)
    elif isinstance(value, types.ModuleType) or type(value).__module__ in {"types", "typing"}:
        yield f"{path} (a type alias)"
    else:
        yield f"{path}: {type(value).__name__}"


def _class(path: str, cls: type[Any]) -> Iterator[str]:
    bases = [base.__name__ for base in getattr(cls, "__orig_bases__", cls.__bases__) if base is not object]
    if typing.is_typeddict(cls):
        bases = ["TypedDict"] if cls.__total__ else ["TypedDict", "total=False"]
    yield f"class {path}" + (f"({', '.join(bases)})" if bases else "") + _deprecation(cls)
    if typing.is_typeddict(cls):
        yield from (f"{path}[{key!r}]: {_type(kind)}" for key, kind in cls.__annotations__.items())
    elif issubclass(cls, Enum):
        yield from (f"{path}.{member.name} = {member.value!r}" for member in cls)
    else:
        fields = {field.name: field for field in attrs.fields(cls)} if attrs.has(cls) else {}
        if _is_its_own(cls, "__init__") and not (fields and all(field.kw_only for field in fields.values())):
            yield _function(path, cls.__init__, is_method=True).removesuffix(" -> None")
        for name in sorted({*dir(cls), *_annotations(cls)}):
            if (_PROTOCOLS.fullmatch(name) or not name.startswith("_")) and _is_its_own(cls, name):
                yield _member(f"{path}.{name}", cls, name, fields.get(name))


def _is_its_own(cls: type[Any], name: str) -> bool:
    """Return whether a class has a name from this SDK, and not from a public base."""
    owner = next(base for base in (*cls.__mro__, type) if name in vars(base) or name in inspect.get_annotations(base))
    is_inherited = any(_is_public(base) and issubclass(base, owner) for base in cls.__mro__[1:])
    return owner.__module__.startswith("truto_") and not is_inherited


def _annotations(cls: type[Any]) -> dict[str, Any]:
    return {name: kind for base in reversed(cls.__mro__) for name, kind in inspect.get_annotations(base).items()}


def _is_public(cls: type[Any]) -> bool:
    return any(getattr(import_module(module), cls.__name__, None) is cls for module in MODULES)


def _member(path: str, cls: type[Any], name: str, field: attrs.Attribute[Any] | None) -> str:
    if field is not None:
        default = _default(field.default)
        return f"{path}: {_type(_annotations(cls)[name])}" + (f" = {default!r}" if isinstance(default, _Text) else "")
    value = inspect.getattr_static(cls, name, None)
    if isinstance(value, LazyAttribute) and cls.__module__.startswith("truto_sync"):
        value = getattr(getattr(truto_async, f"Async{cls.__name__}"), name)  # its own type is a variable
    if isinstance(value, property | cached_property | LazyAttribute):
        made: Any = getattr(value, "fget", None) or getattr(value, "func", None) or getattr(value, "_make", None)
        return _blocking(f"{path}: {_type(inspect.signature(made).return_annotation)} (read-only)") + _deprecation(made)
    if callable(value) or isinstance(value, classmethod | staticmethod) or hasattr(value, "__get__"):
        return _function(path, getattr(cls, name), is_method=not isinstance(value, classmethod | staticmethod))
    kind = _annotations(cls).get(name)
    return path + (f": {_type(kind)}" if kind else "") + (f" = {value!r}" if hasattr(cls, name) else "")


def _function(path: str, function: Any, *, is_method: bool = False) -> str:
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(annotation=_Text(_type(parameter.annotation)), default=_default(parameter.default))
        for parameter in list(signature.parameters.values())[is_method:]
    ]
    result = _Text(_type(signature.return_annotation))
    awaited = "async " if inspect.iscoroutinefunction(function) else ""
    text = f"{awaited}{path}{signature.replace(parameters=parameters, return_annotation=result)}"
    return _blocking(text) + _deprecation(function)


def _blocking(text: str) -> str:
    """Name the blocking twins in what a blocking method has from the asynchronous one."""
    return re.sub(r"\bAsync(?=[A-Z])", "", text) if text.startswith("truto_sync") else text


def _default(value: Any) -> object:
    """Return what is shown as the value."""
    if value in (inspect.Parameter.empty, attrs.NOTHING):
        return inspect.Parameter.empty
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]  # it is a class, for all that mypy is told
        return _Text(f"{value.factory.__name__}()")
    text = str(getattr(value, "__qualname__", None) or repr(value))
    return _Text(re.sub(r"(?<=frozenset\(\{)[^}]*", lambda items: ", ".join(sorted(items[0].split(", "))), text))


def _type(kind: Any) -> str:
    """Write a type as the source does, on every Python alike."""
    match typing.get_origin(kind), typing.get_args(kind):
        case ((typing.Union | types.UnionType), parts):
            return " | ".join(map(_type, parts))
        case typing.Literal, parts:
            return f"Literal[{', '.join(map(repr, parts))}]"
        case None, _:
            pass
        case origin, parts:
            return f"{_type(origin)}[{', '.join(map(_type, parts))}]"
    if kind in (None, types.NoneType):
        return "None"
    if isinstance(kind, list):
        return f"[{', '.join(map(_type, kind))}]"
    return str(getattr(kind, "__forward_arg__", None) or getattr(kind, "__qualname__", None) or kind)


def _deprecation(value: object) -> str:
    message = getattr(value, "__deprecated__", None)
    return f"  # deprecated: {message}" if message else ""


def _aliases() -> Iterator[str]:
    """Yield the type aliases of the public modules, which the lines above have by their names."""
    for path in sorted(ROOT.glob("truto_*/**/*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if "._" not in module:
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias" and node.value:
                    yield f"{module}.{ast.unparse(node.target)} = {ast.unparse(node.value)}"


if __name__ == "__main__":
    LIST.write_text("".join(f"{line}\n" for line in lines()))
