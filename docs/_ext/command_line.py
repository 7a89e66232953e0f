"""The command line, described by its own parser."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from typing import TYPE_CHECKING

from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx


_OPTION = re.compile(r"(?<!\S)--?\w[\w-]*")


class CommandLine(SphinxDirective):
    """A section for each command of the parser that a function returns: `module:function`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Describe all commands."""
        module, _, function = self.arguments[0].partition(":")
        parser: argparse.ArgumentParser = getattr(import_module(module), function)()
        return self.parse_text_to_nodes("\n".join(_described(parser)), allow_section_headings=True)


def _described(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield from (parser.description or "", "")
    [commands] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001  # argparse has no other way to list them
    for name, command in commands.choices.items():
        yield from (name, "-" * len(name), "", command.description or "", "")
        usage = command.format_usage().removeprefix("usage: ")
        yield from (".. code-block:: text", "", *(f"   {line}" for line in usage.splitlines()), "")
        yield from (f".. program:: {command.prog}", "")
        for action in command._actions:  # noqa: SLF001  # the same
            yield from _option(command, action)


def _option(command: argparse.ArgumentParser, action: argparse.Action) -> Iterator[str]:
    if action.dest == "help":
        return
    formatter = command._get_formatter()  # noqa: SLF001  # the same
    value = formatter._format_args(action, formatter._get_default_metavar_for_optional(action))  # noqa: SLF001  # the same
    names = [f"{name} {value}".rstrip() for name in action.option_strings] or [str(action.metavar or action.dest)]
    text = _OPTION.sub(r"``\g<0>``", formatter._expand_help(action)) if action.help else ""  # noqa: SLF001  # the same
    yield from (f".. option:: {', '.join(names)}", "", f"   {text}", "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True}
