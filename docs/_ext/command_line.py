"""The command line, described by its own parser."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

# argparse has no public way to list what it would print.
# ruff: noqa: SLF001

_OPTION = re.compile(r"(?<!\S)--?\w[\w-]*")


class CommandLine(SphinxDirective):
    """A section for each command of the parser that a function returns: `module:function`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Describe all commands."""
        introduction, commands = describe(self.arguments[0])
        return [*self.parse_text_to_nodes(introduction), *(self._section(name, text) for name, text in commands.items())]

    def _section(self, name: str, text: str) -> nodes.section:
        section = nodes.section("", nodes.title(name, name), ids=[nodes.make_id(name)], names=[name])
        self.state.document.note_explicit_target(section, section)
        section += self.parse_text_to_nodes(text)
        return section


def describe(path: str) -> tuple[str, dict[str, str]]:
    """Return what the parser that a function makes says, in Markdown: in general, and for each command.

    Args:
        path: the function, as `module:function`.
    """
    module, _, function = path.partition(":")
    parser: argparse.ArgumentParser = getattr(import_module(module), function)()
    [commands] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    described = {
        name: "\n\n".join(
            [
                command.description or "",
                f"```text\n{_usage(command)}\n```",
                f"```{{program}} {command.prog.removeprefix('python -m ')}\n```",
                *_options(command),
            ]
        )
        for name, command in commands.choices.items()
    }
    return parser.description or "", described


def _usage(command: argparse.ArgumentParser) -> str:
    return " ".join(command.format_usage().removeprefix("usage: ").split())


def _options(command: argparse.ArgumentParser) -> Iterator[str]:
    formatter = command._get_formatter()
    for action in command._actions:
        if action.dest != "help":
            value = formatter._format_args(action, formatter._get_default_metavar_for_optional(action))
            names = [f"{name} {value}".rstrip() for name in action.option_strings] or [str(action.metavar or action.dest)]
            text = _OPTION.sub(r"`\g<0>`", formatter._expand_help(action)) if action.help else ""
            yield f"```{{option}} {', '.join(names)}\n{text[:1].upper()}{text[1:]}\n```"


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True}
