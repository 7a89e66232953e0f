"""The pages as Markdown beside the HTML, and an index of them, for tools that read documentation: llmstxt.org."""

from __future__ import annotations

import re
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from command_line import describe
from docstrings import GENERATED
from sphinx import addnodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_INCLUDED = {"benchmarks/README.md": "explanation/benchmarks.md", "CHANGELOG.md": "changelog.md"}
"""Files outside of the folder of pages, and the pages that include them."""

_FENCE = re.compile(r"^```\{([\w-]+)\} ?(.*)\n((?s:.*?))^```\n", re.MULTILINE)
_AUTO = re.compile(r"^\.\. (?:py:)?(currentmodule|auto\w+):: ([\w.]+)", re.MULTILINE)
_TITLED = re.compile(r"^:::+\{(?:tab-item|grid-item-card)\} (.+)$", re.MULTILINE)
_COLONS = re.compile(r"^(:::+(\{.*)?|:[\w-]+: .*)\n", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
_INDEX = re.compile(r"\{ref\}`([^`]+) <genindex>`")
_ENTRY = re.compile(r"^- \[([^\]]+)\]\(([^)]+)\)(.*)$", re.MULTILINE)
_SECTIONS = {
    "How-to guides": "how-to/index",
    "Explanation": "explanation/index",
    "Reference": "reference/index",
    "Contributing": "contributing/index",
}


def link_included_pages(_app: Sphinx, page: str, source: list[str]) -> None:
    """Let links that work on GitHub, to files outside of the folder, lead to the pages that include them."""
    here = (Path("docs") / page).parent
    for file, included in _INCLUDED.items():
        source[0] = source[0].replace(f"]({relpath(file, here)}", f"]({relpath(Path('docs') / included, here)}")


def keep_docstring(app: Sphinx, _what: str, name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Keep a docstring as it is written, which is Markdown."""
    kept = [line for line in lines if not line.startswith(GENERATED)]
    _kept(app, name)["docstrings"].append("\n".join(kept).strip())


def keep_signatures(app: Sphinx, domain: str, _kind: str, content: addnodes.desc_content) -> None:
    """Keep how an object is called."""
    signatures = [node for node in content.parent if isinstance(node, addnodes.desc_signature)] if domain == "py" else []
    for signature in signatures[:1]:
        name = f"{signature['module']}.{signature['fullname']}"
        _kept(app, name)["signatures"] = [_text(node) for node in signatures]
        app.env.api_texts[name] = app.env.api_texts.pop(name)  # in the order of the page


def _kept(app: Sphinx, name: str) -> dict[str, list[str]]:
    return app.env.api_texts.setdefault(name, {"signatures": [], "docstrings": []})


def _text(signature: addnodes.desc_signature) -> str:
    signature = signature.deepcopy()
    for choice in list(signature.findall(addnodes.pending_xref_condition)):
        if choice["condition"] != "resolved":  # the long name of a type
            choice.parent.remove(choice)
    return " ".join(signature.astext().split())


def write_pages(app: Sphinx, error: Exception | None) -> None:
    """Write each page, the index of them, and all in one file."""
    if error or app.builder.format != "html":
        return
    pages = {page: _markdown(app, page) for page in sorted(app.env.found_docs)}
    for page, text in pages.items():
        Path(app.outdir, f"{page}.md").write_text(text, encoding="utf-8")
    Path(app.outdir, "llms.txt").write_text(_index(pages), encoding="utf-8")
    Path(app.outdir, "llms-full.txt").write_text("\n".join(pages.values()), encoding="utf-8")


def _markdown(app: Sphinx, page: str) -> str:
    """Return a page with what its directives stand for."""
    file = Path(app.env.doc2path(page))
    source = [file.read_text(encoding="utf-8")]
    link_included_pages(app, page, source)

    def replace(fence: re.Match[str]) -> str:
        directive, argument, body = fence.groups()
        match directive:
            case "include":
                included = file.parent / argument
                return _relink(app, included.read_text(encoding="utf-8"), included.parent, file.parent)
            case "eval-rst":
                return _described(app, body)
            case "command-line":
                introduction, commands = describe(argument)
                text = "\n\n".join([introduction, *(f"## {name}\n\n{text}" for name, text in commands.items())])
                return _FENCE.sub(replace, f"{text}\n")
            case "option":
                return f"- `{argument}`: {body}"
            case _:  # toctree, program
                return ""

    text = _INDEX.sub(rf"[\1]({relpath(app.srcdir, file.parent)}/genindex.html)", source[0])
    text = _FENCE.sub(replace, _relink(app, text, file.parent, file.parent))
    return _COLONS.sub("", _TITLED.sub(r"**\1**\n", text))


def _relink(app: Sphinx, text: str, folder: Path, page: Path) -> str:
    """Let the links of a text lead to what is on the site, from the folder of a page."""
    copies = {str(file): f"_images/{name}" for file, (_, name) in app.env.images.items()}
    copies |= {str(file): f"_downloads/{name}" for file, (_, name) in app.env.dlfiles.items()}

    def replace(link: re.Match[str]) -> str:
        target = relpath(folder / link[1], app.srcdir)
        return f"]({relpath(app.srcdir / copies.get(target, target), page)}"

    return _LINK.sub(replace, text)


def _described(app: Sphinx, directives: str) -> str:
    """Return what autodoc finds, object by object."""
    parts: list[str] = []
    module = ""
    for directive, name in _AUTO.findall(directives):
        if directive == "currentmodule":
            module = name
            continue
        root = name if name.startswith(("truto_async.", "truto_sync.")) else f"{module}.{name}"
        members = [] if directive == "automodule" else [full for full in app.env.api_texts if full.startswith(f"{root}.")]
        for full in (root, *members):
            heading = "###" if full == root else "####"
            text = app.env.api_texts[full]
            parts += [f"{heading} `{signature}`" for signature in text["signatures"]] + text["docstrings"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _index(pages: dict[str, str]) -> str:
    """Return llms.txt: what this is, and the pages by section, as the front pages of the sections list them."""
    summary = pages["index"].split("\n\n")[1].replace("\n", " ")
    parts = [f"# truto-async\n\n> {summary}\n", "- [All pages in one file](llms-full.txt)", "- [Tutorial](tutorial.md)"]
    for title, section in _SECTIONS.items():
        entries = _ENTRY.findall(pages[section])
        folder = section.partition("/")[0]
        parts += [f"\n## {title}\n", *(f"- [{name}]({Path(folder, file)}){rest}" for name, file, rest in entries)]
    return "\n".join(parts) + "\n"


def link_markdown(app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Tell in the head of a page where it is as Markdown."""
    if page in app.env.found_docs:
        name = page.rpartition("/")[2]
        context["metatags"] += f'<link rel="alternate" type="text/markdown" href="{name}.md">'


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to reading and to the end."""

    def prepare(app: Sphinx) -> None:
        if not hasattr(app.env, "api_texts"):
            app.env.api_texts = {}

    app.connect("builder-inited", prepare)
    app.connect("source-read", link_included_pages)
    app.connect("autodoc-process-docstring", keep_docstring, priority=400)  # before it is changed
    app.connect("object-description-transform", keep_signatures, priority=600)  # after twins are added
    app.connect("html-page-context", link_markdown)
    app.connect("build-finished", write_pages)
    return {"parallel_read_safe": False}
