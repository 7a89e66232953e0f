"""Draw the terminal that the README shows, from what the command really prints: `python docs/images/draw.py`. Needs rich."""

import io
import re
import subprocess
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text

COMMAND = "truto-async graph --demo"

printed = subprocess.run(COMMAND.split(), capture_output=True, encoding="utf-8", check=True).stdout.rstrip()
console = Console(record=True, width=max(map(len, printed.splitlines())) + 1, file=io.StringIO())
console.print(Text(f"$ {COMMAND}", style="bold"))
console.print(Text(f"{printed}\n"))  # the picture cuts off the bottom of its last line
without_web_fonts = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
svg = console.export_svg(title="", code_format=without_web_fonts, unique_id="tree")
(Path(__file__).parent / "tree.svg").write_text(svg, encoding="utf-8")
