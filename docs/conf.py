"""The site: Sphinx with Markdown pages, and a reference made of docstrings. Nothing is fetched while it is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

import truto_async

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "truto-async"
author = "the authors of truto-async"
version = release = truto_async.__version__
html_title = f"truto-async {release}"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "docstrings",
    "twins",
    "code_links",
    "command_line",
    "markdown_pages",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4  # those that GitHub gives them

toc_object_entries_show_parents = "hide"
add_module_names = False  # one description is for both packages
autodoc_mock_imports = ["pytest"]  # whose fixtures are described, and which a build does not need
autoclass_content = "both"
autodoc_default_options = {"members": True, "undoc-members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
smartquotes_action = "D"  # dashes alone: what stands in quotes is often a value
maximum_signature_line_length = 88
python_use_unqualified_type_names = True

nitpick_ignore_regex = [
    # Nothing is fetched, so the standard library and other packages are not linked.
    (r"py:.*", r"(collections\.abc|datetime|os|pathlib|re|ssl|tls|typing|types|pytest)\..*|datetime|PathLike"),
    (r"py:.*", r"(.*\.)?[A-Z](_co)?"),  # type variables
]

copybutton_prompt_text = "$ "  # of a console, the commands are copied, and not what they print

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
pygments_dark_style = "github-dark"
html_domain_indices = False
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False


def setup(app: Sphinx) -> None:
    """Show Mermaid as it is: GitHub draws it."""
    app.add_lexer("mermaid", TextLexer)
