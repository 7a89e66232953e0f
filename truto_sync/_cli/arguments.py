"""The arguments of a run on the command line, for all commands that take them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

from truto_async._support.json import loads
from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from truto_async._support.json import JSONObject

__all__ = ["add_options", "read_arguments", "read_object"]

_DEMO_ARGUMENTS = {"integrated_account_id": "demo-account", "webhook_id": "demo-webhook"}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `read_arguments` reads."""
    parser.add_argument(
        "--arg",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an argument of the job: JSON where the value is JSON, else text; may be repeated",
    )
    parser.add_argument("--args", metavar="JSON", help="arguments of the job as a JSON object, or @ and a file with one")


def read_arguments(options: argparse.Namespace) -> JSONObject:
    """Return the arguments of `--args`, with those of `--arg` over them; in a demo without any, some that fit its first job.

    Raises InvalidArgumentError for what is neither JSON nor a name with a value.
    """
    args = {**read_object("--args", options.args), **_pairs(options.arg)}
    return {**_DEMO_ARGUMENTS} if options.demo and not args else args


def read_object(option: str, text: str | None) -> JSONObject:
    """Return the JSON object that an option gives, in itself or as @ and the name of a file; an empty one for None."""
    if text is None:
        return {}
    source = f"{option} {text}" if text.startswith("@") else option
    try:
        value = loads(Path(text[1:]).read_bytes() if text.startswith("@") else text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise InvalidArgumentError(f"{source} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise InvalidArgumentError(f"{source} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise InvalidArgumentError(f'{source} must be a JSON object, such as \'{{"name": "value"}}\'')
    return cast("JSONObject", value)


def _pairs(given: Sequence[str]) -> JSONObject:
    args: JSONObject = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise InvalidArgumentError(f"--arg must be NAME=VALUE: {text!r}")
        try:
            args[name] = json.loads(value)
        except ValueError:
            args[name] = value
    return args
