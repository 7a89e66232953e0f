"""Make templates and contexts at random, and record what the npm package makes of them.

`python -m tests.pipeline.placeholder_cases FOLDER` writes `placeholder_cases.json`, which the tests read. FOLDER is where `npm install
@truto/replace-placeholders` was run. With a number behind it, that many more cases are compared, and nothing is written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from truto_async import TrutoError
from truto_async.pipeline import UNDEFINED, render

Case: TypeAlias = tuple[Any, Any]
"""A template and a context."""

HERE = Path(__file__).parent
KEYS = [
    "a",
    "b",
    "c",
    "a",
    "b",
    "c",
    "a-b",
    "x_y",
    "a/b",
    "0",
    "1",
    "10",
    "length",
    "valueOf",
    "toString",
    "map",
    "",
    "é",
    "$truto_merge",
]
TEXTS = """
    |a|abc| a |\t7\u00a0|\ufeff8|\x1c9|12|12abc|-12.5e2x|+.5|5.|.|-0|0x1F|-0xfg|0x|1e3|1e400|Infinity|-Infinityx|NaN|infinity|1_000|true|false|
    TRUE| true|null| null|undefined|[1,"2",null]|{"a":{"b":[1]}}| {"a": 1.50} |{"a":1,}|[1e999]|"x"|"\\ud800"|9007199254740993|12345678901234567890123|
    $&|$$|$`x$'|$1|{{a}}|{{b:json}}|x{{c}}y|{{a.b:any}}|2024-01-01T00:00:00.000Z|é|😀|[null,{"a":1}]|{"__proto__":{"a":1},"b":2}
""".replace("\n    ", "").split("|")
NUMBERS = [
    0,
    1,
    -1,
    7,
    1.5,
    -0.0,
    1e21,
    1e-7,
    1.5e-10,
    123456789012345680000,
    0.1,
    1e300,
    5e-324,
    2**53 + 1,
    100,
    -2.50,
    1e-6,
]
MODIFIERS = ["str", "int", "num", "bool", "json", "any", "null", "undefined", "ignore-empty-str"]
ODD_MODIFIERS = ["date", "Int", " int", "int ", "", "string", "nullable", "12", "int-x", "-x", " null", "json:undefined"]
STEPS = [
    "0",
    "1",
    "-1",
    "-2",
    "00",
    "-0",
    "5",
    "length",
    "map",
    "toString",
    "constructor",
    "__proto__",
    "prototype",
    "",
    "10",
    "a/b",
]
ODD_STEPS = [
    ":-1",
    ":",
    "1:",
    "-2:-1",
    "/a/",
    "/[a/",
    "/A/i",
    "/a?/",
    "/?/",
    "/b??/gi",
    "/a/x",
    "/a/uv",
    "/k/iu",
    "/a/y",
    "-0:-0",
]
DEFAULTS = [
    "x",
    " x ",
    "1:int",
    "1: int",
    "12:30",
    "https://x.y",
    "",
    ":int",
    "a|b",
    "null:null",
    "1.50:num",
    "x?:y",
    "true:bool",
    "x:date",
    "[]:json",
]


class Generator:
    """Makes cases that are small and often odd, so that they hit each other's oddities."""

    def __init__(self, random: Random) -> None:
        """Take the source of randomness."""
        self.random = random

    def case(self) -> Case:
        """Make a template and a context."""
        return self.template(), self.object(3)

    def template(self) -> Any:
        """Make a text, or a list or object of such."""
        kind = self.random.random()
        if kind < 0.5:
            return self.text()
        if kind < 0.6:
            return self.template_list()
        return self.template_object(2)

    def template_list(self) -> list[Any]:
        """Make a list of templates; another value in it is refused."""
        items = [self.text, lambda: self.template_object(1), self.template_list if self.chance(0.2) else self.text]
        return [self.scalar() if self.chance(0.02) else self.pick(items)() for _ in range(self.random.randrange(4))]

    def template_object(self, depth: int) -> dict[str, Any]:
        """Make an object with texts somewhere in it, and often something to merge."""
        members = {self.pick(KEYS): self.template_value(depth - 1) for _ in range(self.random.randrange(4))}
        if self.chance(0.3):
            sources = [
                self.text() if self.chance(0.8) else self.template_value(1) for _ in range(self.random.randrange(1, 3))
            ]
            members["$truto_merge"] = sources if self.chance(0.4) else sources[0]
        return members

    def template_value(self, depth: int) -> Any:
        """Make a value within an object."""
        kind = self.random.random()
        if depth <= 0 or kind < 0.5:
            return self.text() if self.chance(0.9) else self.scalar()
        if kind < 0.8:
            return self.template_object(depth)
        return [self.template_value(depth - 1) for _ in range(self.random.randrange(4))]

    def text(self) -> str:
        """Make a text: often one placeholder, else several with text around them."""
        if self.chance(0.5):
            return self.placeholder()
        pieces = [self.placeholder() if self.chance(0.6) else self.pick(TEXTS) for _ in range(self.random.randrange(4))]
        return "".join([*pieces, self.pick(pieces)] if pieces and self.chance(0.2) else pieces)

    def placeholder(self) -> str:
        """Make a placeholder, which now and then is none."""
        body = "|".join(self.alternative() for _ in range(self.pick([1, 1, 1, 2, 3])))
        if self.chance(0.2):
            body += "?:" + self.pick(DEFAULTS)
        if self.chance(0.03):
            place = self.random.randrange(len(body) + 1)
            body = (
                body[:place]
                + self.pick([" ", "@", "\n", "\u00a0", ":", "|", "?:", "{", "}", "\u200b", ".", "-"])
                + body[place:]
            )
        return "{{" + body + "}}"

    def alternative(self) -> str:
        """Make a path with modifiers."""
        path = self.path() + (" " * self.random.randrange(1, 3) + self.path() if self.chance(0.08) else "")
        path = f" {path}\t" if self.chance(0.05) else path
        chance = self.random.random()
        for _ in range(0 if chance < 0.3 else 1 if chance < 0.85 else 2):
            path += ":" + (self.pick(MODIFIERS) if self.chance(0.95) else self.pick(ODD_MODIFIERS))
        return path

    def path(self) -> str:
        """Make a path, mostly one that leads somewhere."""
        steps = [self.pick(KEYS[:9])]
        for _ in range(self.pick([0, 0, 1, 1, 2])):
            steps.append(self.pick(KEYS[:9] if self.chance(0.5) else STEPS if self.chance(0.85) else ODD_STEPS))
        if self.chance(0.03):
            steps[0] = self.pick([*STEPS, *ODD_STEPS])
        if self.chance(0.03):
            return self.pick([".", "..", "", ".a", "a.", "..a"])
        return ".".join(steps)

    def object(self, depth: int) -> dict[str, Any]:
        """Make an object of a context."""
        keys = KEYS[:9] if self.chance(0.6) else KEYS
        return {self.pick(keys): self.value(depth - 1) for _ in range(self.random.randrange(6))}

    def value(self, depth: int) -> Any:
        """Make a value of a context."""
        kind = self.random.random()
        if depth <= 0 or kind < 0.45:
            return self.scalar()
        if kind < 0.7:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        return self.object(depth)

    def scalar(self) -> Any:
        """Make a value without parts."""
        return self.pick([self.pick(TEXTS), self.pick(TEXTS), self.pick(NUMBERS), None, True, False])

    def chance(self, part: float) -> bool:
        """Decide at random."""
        return self.random.random() < part

    def pick(self, items: list[Any]) -> Any:
        """Pick at random."""
        return self.random.choice(items)


def outcome(template: Any, context: Any) -> dict[str, Any]:
    """Render a case, and write the outcome as `replace_placeholders.mjs` does."""
    try:
        result = render(template, context)
    except TrutoError as error:
        return {"error": str(error)}
    return {} if result is UNDEFINED else {"result": result}


def package_outcomes(folder: Path, cases: list[Case]) -> list[dict[str, Any]]:
    """Have the npm package render cases."""
    command = ["node", "--stack-size=4000", str(HERE / "replace_placeholders.mjs"), str(folder)]
    done = subprocess.run(command, input=json.dumps(cases).encode(), stdout=subprocess.PIPE, check=True)
    outcomes: list[dict[str, Any]] = json.loads(done.stdout, object_hook=_number)
    return outcomes


def _number(value: dict[str, Any]) -> Any:
    return float(value["$number"].replace("Infinity", "inf")) if value.keys() == {"$number"} else value


def same(expected: Any, actual: Any) -> bool:
    """Compare outcomes by value and type; a number is a number, be it an int or a float, and all errors are equal."""
    if isinstance(expected, dict):
        if "error" in expected and isinstance(actual, dict):
            return "error" in actual
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(same(expected[key], actual[key]) for key in expected)
        )
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int | float):
        return isinstance(actual, int | float) and type(expected) is type(actual) and expected == actual
    return type(expected) is type(actual) and bool(expected == actual)


def main() -> None:
    folder = Path(sys.argv[1])
    seed, count = int(sys.argv[2]), int(sys.argv[3])
    different = errors = placeholders = 0
    step = 5000
    for start in range(0, count, step):
        generator = Generator(Random(seed + start))
        cases = [generator.case() for _ in range(step)]
        cases = json.loads(json.dumps(cases))
        for case, expected in zip(cases, package_outcomes(folder, cases), strict=True):
            before = json.dumps(case)
            actual = outcome(*case)
            assert json.dumps(case) == before, before
            errors += "error" in expected
            placeholders += json.dumps(case[0]) != json.dumps(expected.get("result"))
            if not same(expected, actual) and "is a method of JavaScript" not in actual.get("error", ""):
                different += 1
                if different < 15:
                    print(json.dumps(case, ensure_ascii=False), "\n   npm: ", expected, "\n   here:", actual)
    print(f"{count} cases, {errors} errors, {placeholders} not verbatim, {different} different")


if __name__ == "__main__":
    main()
