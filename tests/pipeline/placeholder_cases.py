"""What the npm package @truto/replace-placeholders makes of templates.

FOLDER is where `npm install @truto/replace-placeholders@1.0.11` was run:

    python -m tests.pipeline.placeholder_cases record FOLDER          write placeholder_cases.json, which the tests read
    python -m tests.pipeline.placeholder_cases compare FOLDER COUNT   compare as many new cases, made at random
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from tests.pipeline.placeholder_examples import CONTEXT, TEMPLATES
from tests.pipeline.placeholder_random import Generator
from truto_async import TrutoError
from truto_async.pipeline import UNDEFINED, render

__all__ = ["RECORDED", "Case", "Outcome", "outcome", "package_outcomes", "random_cases", "same"]

Case: TypeAlias = tuple[Any, dict[str, Any]]
"""A template and a context."""

Outcome: TypeAlias = dict[str, Any]
"""A `result`, an `error`, or nothing where the result is undefined."""

HERE = Path(__file__).parent
RECORDED = HERE / "placeholder_cases.json"


def outcome(template: Any, context: dict[str, Any]) -> Outcome:
    """Render a template with the SDK."""
    try:
        result = render(template, context)
    except TrutoError as error:
        return {"error": str(error)}
    return {} if result is UNDEFINED else {"result": result}


def package_outcomes(folder: Path, cases: list[Case]) -> list[Outcome]:
    """Render templates with the npm package."""
    script = HERE / "replace_placeholders.mjs"
    done = subprocess.run(["node", script, folder], input=json.dumps(cases).encode(), stdout=subprocess.PIPE, check=True)
    outcomes: list[Outcome] = json.loads(done.stdout, object_hook=_number)
    return outcomes


def _number(value: dict[str, Any]) -> Any:
    return float(value["$number"]) if value.keys() == {"$number"} else value


def same(expected: Outcome, actual: Outcome) -> bool:
    """Compare outcomes by value and type; one error is like another."""
    if "error" in expected:
        return "error" in actual
    return json.dumps(expected, sort_keys=True) == json.dumps(actual, sort_keys=True)


def random_cases(seed: int, count: int) -> list[Case]:
    """Make cases at random, the same for a seed."""
    generator = Generator(Random(seed))
    cases: list[Case] = json.loads(json.dumps([generator.case() for _ in range(count)]))
    return cases


def record(folder: Path) -> None:
    """Write the examples, and some random cases, with what the package makes of them."""
    cases: list[Case] = [*((template, CONTEXT) for template in TEMPLATES), *random_cases(1, 300)]
    recorded = [
        {"template": template, **({} if context is CONTEXT else {"context": context}), **outcome}
        for (template, context), outcome in zip(cases, package_outcomes(folder, cases), strict=True)
    ]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in recorded)
    RECORDED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(recorded)} cases in {RECORDED}")


def compare(folder: Path, count: int) -> None:
    """Print where the SDK and the package differ."""
    seed, different = int(time.time()), 0
    for start in range(0, count, 5000):
        cases = random_cases(seed + start, min(5000, count - start))
        for case, expected in zip(cases, package_outcomes(folder, cases), strict=True):
            actual = outcome(*case)
            if not same(expected, actual):
                different += 1
                print(json.dumps(case, ensure_ascii=False), f"   package: {expected}", f"   here:    {actual}", sep="\n")
    print(f"{different} of {count} differ")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["record", folder]:
            record(Path(folder))
        case ["compare", folder, count]:
            compare(Path(folder), int(count))
        case _:
            print(__doc__)
