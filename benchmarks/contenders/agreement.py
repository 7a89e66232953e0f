"""Whether all libraries make the same of a job; it raises where they do not."""

from __future__ import annotations

from typing import Any

from benchmarks import jobs
from benchmarks.contenders.base import Extra, Work
from benchmarks.contenders.codec import Codec, load

__all__ = ["Agreement"]


class Agreement(Work):
    """Decodes and encodes jobs with every library."""

    def __init__(self, libraries: list[str]) -> None:
        """Take the names of the libraries."""
        self._codecs = {name: load(name) for name in libraries}

    def prepare(self, amount: int) -> None:
        """Write the jobs."""
        self._bodies = [body for size in jobs.SIZES.values() for body in jobs.bodies(size, amount)]

    def run(self) -> Extra:
        """Compare the values of all fields, as decoded and as encoded and decoded again."""
        for body in self._bodies:
            seen = {name: _seen_by(codec, body) for name, codec in self._codecs.items()}
            first = next(iter(seen.values()))
            different = [name for name, found in seen.items() if found != first]
            if different:
                raise AssertionError(f"{different} see another job in {body[:2000]!r}")
        return None


def _seen_by(codec: Codec, body: bytes) -> object:
    job = codec.decode(body)
    text = codec.encode(job)
    again = codec.decode(text.encode() if isinstance(text, str) else text)
    if _plain(again) != _plain(job):
        raise AssertionError(f"{type(job)} does not survive its own JSON")
    return _plain(job)


def _plain(value: Any) -> Any:
    """Give the known fields that are set, in a form that all libraries have in common."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    names = _field_names(type(value))
    if names is None:
        return value
    if type(value).__name__ == "ArgsSchema":
        return _plain(value.properties)
    fields = {name: _plain(getattr(value, name)) for name in names if getattr(value, name) is not None}
    # Some have the type of a node as its class only.
    return fields if not type(value).__name__.endswith("Node") else fields | {"type": type(value).__name__}


def _field_names(cls: Any) -> list[str] | None:
    """List the fields of a model of any library; None for what is none."""
    for attribute in ("__attrs_attrs__", "__pydantic_fields__", "__struct_fields__"):
        fields = getattr(cls, attribute, None)
        if fields is not None:
            names = [getattr(field, "name", field) for field in fields]
            return [name for name in names if name not in ("extra", "wire_times")]
    return None
