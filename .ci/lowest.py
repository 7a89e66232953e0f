"""Print constraints that pin each runtime dependency to the lowest version that pyproject.toml allows."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
extras = project["optional-dependencies"]
for requirement in [*project["dependencies"], *extras["speed"], *extras["redis"]]:
    name, lowest = re.fullmatch(r"([\w-]+)>=([\d.]+).*", requirement).groups()
    print(f"{name}=={lowest}")
