"""Templates and contexts made at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tests.pipeline.placeholder_examples import MODIFIERS

if TYPE_CHECKING:
    from random import Random

T = TypeVar("T")

__all__ = ["Generator"]

KEYS = ["a", "b", "c", "a", "b", "c", "a-b", "x_y", "a/b"]
ODD_KEYS = ["0", "1", "10", "length", "valueOf", "toString", "map", "", "é", "$truto_merge"]
TEXTS = """
    |a|abc| a |\t7\u00a0|\ufeff8|\x1c9|12|12abc|-12.5e2x|+.5|5.|.|-0|0x1F|-0xfg|0x|1e3|1e400|Infinity|-Infinityx|NaN|infinity
    |1_000|true|false|TRUE| true|null| null|undefined|"x"|"\\ud800"|9007199254740993|12345678901234567890123|[1,"2",null]
    |[null,{"a":1}]|{"a":{"b":[1]}}| {"a": 1.50} |{"a":1,}|[1e999]|{"__proto__":{"a":1},"b":2}|$&|$$|$`x$'|$1
    |2024-01-01T00:00:00.000Z|é|😀|{{a}}|{{b:json}}|x{{c}}y|{{a.b:any}}
"""
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
SCALARS = [*TEXTS.replace("\n", "").replace("    ", "").split("|"), *NUMBERS * 2, *[None, True, False] * 10]
ODD_MODIFIERS = ["date", "Int", " int", "int ", "", "string", "nullable", "12", "int-x", "-x", " null", "json:undefined"]
STEPS = ["0", "1", "-1", "-2", "00", "-0", "5", "length", "constructor", "__proto__", "prototype", "", "10", "a/b"]
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
NOISE = [" ", "@", "\n", "\u00a0", ":", "|", "?:", "{", "}", "\u200b", ".", "-"]
DEFAULTS = [
    "x",
    " x ",
    "1:int",
    "12:30",
    "https://x.y",
    "",
    ":int",
    "a|b",
    "null:null",
    "1.50:num",
    "x?:y",
    "x:date",
    "[]:json",
]


class Generator:
    """Makes cases that are small and often odd, so that they hit each other's oddities."""

    def __init__(self, random: Random) -> None:
        """Take the source of randomness."""
        self.random = random

    def case(self) -> tuple[Any, dict[str, Any]]:
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
        members = {self.pick([*KEYS, *ODD_KEYS]): self.template_value(depth - 1) for _ in range(self.random.randrange(4))}
        if self.chance(0.3):
            sources = [self.text() if self.chance(0.8) else self.template_value(1) for _ in range(self.pick([1, 2]))]
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
        pieces = [
            self.placeholder() if self.chance(0.6) else str(self.pick(SCALARS)) for _ in range(self.random.randrange(4))
        ]
        return "".join([*pieces, self.pick(pieces)] if pieces and self.chance(0.2) else pieces)

    def placeholder(self) -> str:
        """Make a placeholder, which now and then is none."""
        body = "|".join(self.alternative() for _ in range(self.pick([1, 1, 1, 2, 3])))
        if self.chance(0.2):
            body += "?:" + self.pick(DEFAULTS)
        if self.chance(0.03):
            place = self.random.randrange(len(body) + 1)
            body = body[:place] + self.pick(NOISE) + body[place:]
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
        if self.chance(0.03):
            return self.pick([".", "..", "", ".a", "a.", "..a"])
        first = self.pick(KEYS if self.chance(0.97) else [*STEPS, *ODD_STEPS])
        steps = [
            self.pick(self.pick([KEYS, KEYS, KEYS, STEPS, STEPS, ODD_STEPS])) for _ in range(self.pick([0, 0, 1, 1, 2]))
        ]
        return ".".join([first, *steps, *([self.pick(["map", "valueOf"])] if self.chance(0.02) else [])])

    def object(self, depth: int) -> dict[str, Any]:
        """Make an object of a context."""
        keys = KEYS if self.chance(0.6) else [*KEYS, *ODD_KEYS]
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
        return self.pick(SCALARS)

    def chance(self, part: float) -> bool:
        """Decide at random."""
        return self.random.random() < part

    def pick(self, items: list[T]) -> T:
        """Pick at random."""
        return self.random.choice(items)
