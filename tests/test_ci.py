"""GitHub runs what `.ci/run` runs."""

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]


def test_every_step_runs_on_github() -> None:
    """Each step of `.ci/run` is one of the workflow."""
    script = (ROOT / ".ci" / "run").read_text()
    functions = dict(re.findall(r"^(\w+)\(\) \{[^\n]*\n(.*?)^\}", script, re.DOTALL | re.MULTILINE))
    called = re.findall(r"^ +(\w+)\b", functions["everything"], re.MULTILINE)
    steps = set(called) & set(functions) - {"say"}
    jobs: dict[str, Any] = YAML(typ="safe").load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]

    commands = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    on_github = {each["step"] for each in jobs["checks"]["strategy"]["matrix"]["include"]}
    on_github.update(re.findall(r"^\.ci/run (\w+)", commands, re.MULTILINE))

    assert steps == on_github
