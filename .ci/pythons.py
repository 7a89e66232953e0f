"""Print the Pythons that pyproject.toml says are supported, oldest first, as JSON."""

import json
import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
classifiers = "\n".join(project["classifiers"])
print(json.dumps(re.findall(r"^Programming Language :: Python :: (3\.\d+)$", classifiers, re.MULTILINE)))
