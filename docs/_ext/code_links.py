"""Names in code become links to what they name: in docstrings, in pages, and in signatures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from api import MODULES, resources
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.domains.python import ObjectEntry, PythonDomain
    from sphinx.environment import BuildEnvironment

_TYPES = ("class", "data")
_NAME = re.compile(r"(truto\.)?([A-Za-z_][\w.]*?)(\(\))?")


class CodeLinks(SphinxPostTransform):
    """Link inline code that is the name of something public."""

    default_priority = 5  # before references are resolved

    def run(self, **_: Any) -> None:
        """Go over the inline code of a page."""
        for literal in list(self.document.findall(nodes.literal)):
            match = _NAME.fullmatch(literal.astext())
            if match is None or _is_inside(literal, nodes.reference, nodes.title, addnodes.pending_xref):
                continue
            through_client, name, called = match.groups()
            owner = _class_around(literal)
            attribute, _, method = name.partition(".")
            # In a docstring; elsewhere `sync_jobs.get` may be that of another SDK, and `truto.sync_jobs.get` is ours.
            if attribute in resources() and method and (through_client or owner):
                name = f"{resources()[attribute]}.{method}"
            entry = _find(self.env, name, owner, is_called=bool(called))
            if entry is not None:
                literal.replace_self(_link(self.env, self.env.current_document.docname, entry, literal.deepcopy()))


def resolve(
    _app: Sphinx, env: BuildEnvironment, reference: addnodes.pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Resolve a reference of the Python domain, such as a type in a signature, by the short name of its target."""
    if reference["refdomain"] != "py":
        return None
    entry = _find(env, reference["reftarget"], "", is_called=True)
    return entry and _link(env, reference["refdoc"], entry, content)


def _find(env: BuildEnvironment, name: str, owner: str, *, is_called: bool) -> ObjectEntry | None:
    objects = cast("PythonDomain", env.get_domain("py")).objects
    owned = [f"{owner}.{name}"] if owner else []
    # `check` alone may also be a command, and `path` a parameter; `check()`, `Graph` and `SyncJob.check` are what they seem.
    free = [name] if is_called or "." in name or name[:1].isupper() else []
    for short in owned + free:
        for full in (short, *(f"{module}.{short}" for module in MODULES)):
            if full in objects:
                return objects[full]
    # A type that is not imported from a package.
    homeless = (
        entry for full, entry in objects.items() if is_called and full.endswith(f".{name}") and entry.objtype in _TYPES
    )
    return next(homeless, None)


def _class_around(node: nodes.Node) -> str:
    """Return the class whose description a node is in; "" for none."""
    while node := node.parent:
        if isinstance(node, addnodes.desc) and node["domain"] == "py":
            signature = node[0]
            return str(signature.get("class") or signature.get("fullname", ""))
    return ""


def _is_inside(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    while node := node.parent:
        if isinstance(node, kinds):
            return True
    return False


def _link(env: BuildEnvironment, page: str, entry: ObjectEntry, content: nodes.Element) -> nodes.reference:
    return make_refnode(env.app.builder, page, entry.docname, entry.node_id, content)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the transform, and the last resort for types in signatures."""
    app.add_post_transform(CodeLinks)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
