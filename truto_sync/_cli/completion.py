"""The command `completion`: a script that completes the other commands in a shell."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["add_command"]

# What is a file or a folder, by the name that the usage text has for it.
_FILES = {"FILE", "IDS.txt", "JOB", "NEW", "OLD"}
_FOLDERS = {"DIR"}

_DESCRIPTION = """Print a script that completes commands, options and file names when you press Tab. Write it to where your
shell looks for such scripts, and start the shell anew."""
_PLACES = """\
where the script belongs:
  bash  ~/.local/share/bash-completion/completions/truto-async
  zsh   _truto-async, in a folder of $fpath
  fish  ~/.config/fish/completions/truto-async.fish"""


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], make_parser: Callable[[], argparse.ArgumentParser]
) -> None:
    """Add the command to a parser.

    Args:
        commands: the parser's commands.
        make_parser: returns a parser of all commands, to be completed.
    """
    completion = commands.add_parser(
        "completion",
        help="print a script that completes commands in your shell",
        description=_DESCRIPTION,
        epilog=_PLACES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell that you use")
    completion.set_defaults(run=partial(_completion, make_parser))


def _completion(make_parser: Callable[[], argparse.ArgumentParser], options: argparse.Namespace) -> int:
    try:
        import shtab  # noqa: PLC0415  # an optional library, for this command only
    except ModuleNotFoundError:
        raise InvalidArgumentError("completion needs shtab: pip install 'truto-async[cli]'") from None
    parser = make_parser()
    for argument in _arguments(parser):
        if argument.metavar in _FILES:
            argument.complete = shtab.FILE  # type: ignore[attr-defined]  # where shtab looks for it
        elif argument.metavar in _FOLDERS:
            argument.complete = shtab.DIRECTORY  # type: ignore[attr-defined]  # the same
    print(shtab.complete(parser, options.shell))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a parser, and of its commands."""
    for action in parser._actions:  # noqa: SLF001  # argparse has no public way to list them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  # the same
            for command in action.choices.values():
                yield from _arguments(command)
