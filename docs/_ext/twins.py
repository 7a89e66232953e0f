"""One description for both packages: each asynchronous object is also found under its blocking name, and shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from api import other_names, resources, twins
from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.domains.python import PythonDomain

_PATH = re.compile(r"\btruto_async(\.\w+)*\.(?=[A-Z])")
_NAMES = re.compile(r"\bAsync(?=[A-Z])")


def add_names(app: Sphinx, domain: str, kind: str, content: addnodes.desc_content) -> None:
    """Register the other names of what a directive of the Python domain has described."""
    if domain != "py" or not isinstance(content.parent, addnodes.desc) or content.parent["no-index"]:
        return
    described = content.parent
    python = cast("PythonDomain", app.env.get_domain("py"))
    for text in [text for part in described.findall(addnodes.desc_annotation) for text in part.findall(nodes.Text)]:
        text.parent.replace(text, nodes.Text(_PATH.sub("", text.astext())))
    for signature in list(described.findall(addnodes.desc_signature)):
        if signature.parent is not described or not signature["ids"]:
            continue
        if "AsyncGenerator" in signature.astext():  # walked over, and not awaited
            _drop_async(signature)
        module, name = signature["module"], signature["fullname"]
        root, dot, rest = name.partition(".")
        if root == "AsyncTruto" and rest in resources():
            target = addnodes.pending_xref("", nodes.Text(resources()[rest]), refdomain="py", reftype="class")
            target["reftarget"], target["refdoc"] = resources()[rest], app.env.current_document.docname
            colon = addnodes.desc_sig_punctuation("", ":")
            signature.append(addnodes.desc_annotation("", "", colon, nodes.Text(" "), target))
        if module == "truto_async" and root in twins():
            _add_twin(python, kind, described, signature)
        for other in other_names(f"{module}.{root}"):
            python.note_object(other + dot + rest, kind, signature["ids"][0], aliased=True, location=signature)


def _add_twin(python: PythonDomain, kind: str, described: addnodes.desc, signature: addnodes.desc_signature) -> None:
    """Add the signature of the blocking twin below that of the asynchronous object."""
    root, dot, rest = signature["fullname"].partition(".")
    name = twins()[root] + dot + rest
    if name == "Truto":  # described by itself
        return
    full = f"truto_sync.{name}"
    twin = addnodes.desc_signature("", "", ids=[full], module="truto_sync", fullname=name, classes=["blocking"])
    twin["class"] = twins()[root] if rest else ""
    twin["_toc_parts"], twin["_toc_name"] = (), ""
    for child in signature.children:
        match child:
            case addnodes.desc_addname():
                continue
            case addnodes.desc_name():
                owner, _, short = name.rpartition(".")
                if owner:
                    twin += addnodes.desc_addname("", owner + ".")
                twin += addnodes.desc_name("", short)
            case addnodes.desc_parameterlist() if child.children:
                twin += addnodes.desc_parameterlist("", "", addnodes.desc_parameter("", "…"))
            case _:
                twin += _renamed(child.deepcopy())
    _drop_async(twin)
    described.insert(described.index(signature) + 1, twin)
    python.note_object(full, kind, full, location=signature)
    owner, _, short = name.rpartition(".")
    text = (
        f"{short}() (truto_sync.{owner} method)" if kind == "method" else f"{short} (in truto_sync{owner and '.' + owner})"
    )
    described[-1].insert(0, addnodes.index(entries=[("single", text, full, "", None)]))


def _drop_async(signature: addnodes.desc_signature) -> None:
    for part in [node for node in signature.children if node.astext().split() == ["async"]]:
        signature.remove(part)


def _renamed(node: nodes.Node) -> nodes.Node:
    """Put the blocking names of classes in the place of the asynchronous ones, in a copy of a part of a signature."""
    texts = list(node.findall(nodes.Text))
    if "AsyncGenerator" in node.astext():
        texts[-1].parent.replace(texts[-1], nodes.Text(", None]"))
        texts.pop()
    for text in texts:
        text.parent.replace(text, nodes.Text(_NAMES.sub("", text.astext())))
    for reference in node.findall(addnodes.pending_xref):
        name = reference["reftarget"].rpartition(".")[2]
        reference["reftarget"] = f"truto_sync.{twins()[name]}" if name in twins() else reference["reftarget"]
    return node


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to the end of each description."""
    app.connect("object-description-transform", add_names)
    return {"parallel_read_safe": True}
