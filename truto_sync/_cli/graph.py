"""The command `graph`: a picture of a job."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from truto_async.errors import InvalidArgumentError
from truto_sync._cli.job_source import SOURCE_HELP, client_on_demand, read_job

if TYPE_CHECKING:
    import argparse

    from truto_async.pipeline import Graph
    from truto_sync._cli.job_source import Connect

__all__ = ["add_commands"]

_SUFFIXES = {
    ".txt": "text",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".html": "html",
    ".htm": "html",
}
_FORMATS = tuple(dict.fromkeys(_SUFFIXES.values()))
_LETTERS = str.maketrans("├└│─", "|`|-")


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], connect: Connect) -> None:
    """Add the command to a parser.

    Args:
        commands: the parser's commands.
        connect: returns a context manager with a client and the id of a demo job; takes the flag `demo`.
    """
    graph = commands.add_parser(
        "graph", help="draw a sync job", description="Draw the nodes of a sync job, and who gets records from whom."
    )
    graph.add_argument("job", nargs="?", metavar="JOB", help=f"{SOURCE_HELP}; with --demo the first demo job is the default")
    graph.add_argument("--format", choices=_FORMATS, help="default: what the name of the file says, else text")
    graph.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write it; default: standard output")
    graph.add_argument("--open", action="store_true", help="write a web page and open it in the browser")
    graph.add_argument("--demo", action="store_true", help="ask a demo server on this machine; needs no account")
    graph.set_defaults(run=partial(_graph, connect))


def _graph(connect: Connect, options: argparse.Namespace) -> int:
    form = _format(options)
    if options.job is None and not options.demo:
        raise InvalidArgumentError("graph: the id of a job or a file is needed, or --demo")
    with client_on_demand(connect, demo=options.demo) as client:
        job = read_job(options.job, client)
    text = _drawn(job.graph, form)
    if options.output is None and not options.open:
        print(text.translate(_LETTERS) if form == "text" and not _has_lines() else text)
        return 0
    path: Path = _temporary_file() if options.output is None else options.output
    path.write_text(text + "\n", encoding="utf-8")
    return _show(path) if options.open else 0


def _format(options: argparse.Namespace) -> str:
    named = None if options.output is None else _SUFFIXES.get(options.output.suffix.lower())
    if options.output is not None and options.output.suffix and not (named or options.format):
        suffixes = f"{', '.join(_SUFFIXES)}, or say which one with --format"
        raise InvalidArgumentError(f"graph: there is no format for {options.output.suffix}: name the file {suffixes}")
    form: str = options.format or named or ("html" if options.open else "text")
    if options.open and form != "html":
        raise InvalidArgumentError(f"graph: --open shows a web page, and not {form}; use --format html")
    return form


def _drawn(graph: Graph, form: str) -> str:
    match form:
        case "mermaid":
            return graph.to_mermaid()
        case "dot":
            return graph.to_dot()
        case "svg":
            return graph.to_svg()
        case "html":
            return graph.to_html()
        case _:
            return graph.to_text()


def _has_lines() -> bool:
    """Return whether standard output can show the lines of a tree; on Windows, a file that it is sent to often cannot."""
    try:
        "├└│─".encode(getattr(sys.stdout, "encoding", None) or "utf-8")  # a StringIO has none
    except UnicodeEncodeError:
        return False
    return True


def _temporary_file() -> Path:
    with tempfile.NamedTemporaryFile(prefix="truto-graph-", suffix=".html", delete=False) as file:
        return Path(file.name)


def _show(path: Path) -> int:
    """Open a page in the browser; it stays there for it."""
    print(path, file=sys.stderr)
    if webbrowser.open(path.resolve().as_uri()):
        return 0
    print("error: no browser could be opened; open the file yourself", file=sys.stderr)
    return 1
