"""The site: Sphinx with Markdown pages, and a reference made of docstrings. Nothing is fetched while it is built."""

from __future__ import annotations

import truto_async

project = "truto-async"
author = "the authors of truto-async"
version = release = truto_async.__version__
html_title = f"truto-async {release}"

extensions = ["myst_parser", "sphinx_copybutton", "sphinx_design"]
exclude_patterns = ["_build"]

# Headings get the anchors that GitHub gives them.
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

html_theme = "furo"
html_show_sphinx = False
