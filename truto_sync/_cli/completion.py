"""The command `completion`: a script that completes the other commands in a shell."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING, cast

from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

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
    _describe(parser, files=shtab.FILE, folders=shtab.DIRECTORY)
    print(shtab.complete(parser, options.shell))
    return 0


def _describe(parser: argparse.ArgumentParser, *, files: object, folders: object) -> None:
    """Tell shtab which arguments are files and folders, and what to say about a command: its line, not its paragraph."""
    for action in parser._actions:  # noqa: SLF001  # argparse has no public way to list them
        if action.metavar in _FILES:
            action.complete = files  # type: ignore[attr-defined]  # where shtab looks for it
        elif action.metavar in _FOLDERS:
            action.complete = folders  # type: ignore[attr-defined]  # the same
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  # argparse has no public name for it
            commands = cast("argparse._SubParsersAction[argparse.ArgumentParser]", action)  # noqa: SLF001  # the same
            for listed in commands._choices_actions:  # noqa: SLF001  # nor for what its help lists
                command = commands.choices[listed.dest]
                command.description = listed.help
                _describe(command, files=files, folders=folders)
