"""Templates made by hand: each modifier on each kind of value, each form of path, defaults, and merging."""

from __future__ import annotations

from typing import Any

__all__ = ["CONTEXT", "MODIFIERS", "TEMPLATES"]

CONTEXT: dict[str, Any] = {
    "s": "text",
    "empty": "",
    "spaces": " \t\u00a0 7 \ufeff",
    "python_space": "\x1c7\x85",
    "n": 7,
    "zero": 0,
    "minus_zero": -0.0,
    "big": 9007199254740993,
    "huge": 1e21,
    "long": 123456789012345680000,
    "tiny": 1e-7,
    "small": 0.000001,
    "half": 2.50,
    "yes": True,
    "no": False,
    "nil": None,
    "list": [1, None, "x", [2, [], {}], -0.0, True],
    "none": [],
    "o": {
        "a": {"b": 1, "list": [1]},
        "x-y": {"z_1": "deep"},
        "10": "ten",
        "2": "two",
        "length": "own",
        "constructor": "own",
    },
    "text": {"toString": 1},
    "rows": [{"id": 1, "name": None}, {"id": 2, "name": "two"}, {"id": 3}],
    "t_int": "12abc",
    "t_num": "-12.5e2x",
    "t_hex": "0x1F",
    "t_inf": "Infinity",
    "t_true": " true ",
    "t_null": "null",
    "t_json": ' {"a": [1, null, 1.0], "a": [2]} ',
    "t_nan": "[NaN]",
    "t_deep": "[[[1]]]",
    "dollar": "[$&|$$|$1|$`|$']",
    "again": "{{s}} and {{n:int}}",
    "holder": {"inner": "{{s}}", "more": ["{{n:int}}", "{{again}}"]},
    "merge": {"o": {"c": 2, "a": {"b": 2, "list": [2, {"x": 1}]}}, "toString": "left out", "list": [3]},
    "merging": {"$truto_merge": {"x": "{{s}}"}, "y": 1},
}
"""What the examples read."""

PATHS = """
    s|n|nope|o.a.b|o.x-y.z_1| s |\ts\n|list.0|list.-1|list.-99|list.99|list.00|list.-0|list.3.1|list.length|list.map
    rows.0.id|rows.-1.name|rows.:.name|rows.1:.id|rows.:-1.id|rows.-0:.id|rows.:-0.id|rows.2:1.id|o.10|o.length|o.constructor|o.__proto__
    s.length|n.toFixed|toString|o.toString|list.map.name|list.map.call|list.map.nope|list.map.caller|.|..|.s|s.|o..a|o./a/.b
    o./1?/|o./A/i.b|o./a/x|o./?/|o./a??/|o./a???/|/S/i|/s/iu|/s/g|/o/y|/n/uv|nope s|s nope|rows.0.name rows.1.name|o.b o.a
    valueOf s|valueOf valueOf|a/b|/a/b|nil|empty|nope.deeper|nil.deeper|text|:|:-1|::|s:|s:.|?|-|_
"""
MODIFIERS = ["str", "int", "num", "bool", "json", "any", "null", "undefined", "ignore-empty-str"]
DEFAULTS = [
    "x",
    " x ",
    "",
    ":int",
    "1:int",
    "1: int",
    "1:int:num",
    "12:30",
    "2024-01-01T00:00:00.000Z",
    "https://x.y",
    "a|b",
]
DEFAULTS += ["a?:b", "?", "null:null", "1.50:num", "true:bool", "x:date", "x:undefined", ":"]
IN_TEXT = ["list", "t_json", "t_null", "nil", "spaces", "dollar", "minus_zero"]


def placeholder(*parts: str) -> str:
    """Put text between braces."""
    return "{{" + "".join(parts) + "}}"


TEMPLATES: list[Any] = [
    *(placeholder(name, ":", modifier) for name in CONTEXT for modifier in MODIFIERS),
    *(f"x{placeholder(name, ':', modifier)}y" for name in IN_TEXT for modifier in MODIFIERS),
    *(placeholder(path) for line in PATHS.split("\n    ") for path in line.removesuffix("\n").split("|") if path),
    *(placeholder(path, ":any") for path in ("list.map", "rows.:-1.name", "o.toString", ".")),
    *(placeholder("nope?:", default) for default in DEFAULTS),
    "",
    "{{}}",
    "{{ }}",
    "{{{s}}}",
    "{{s}}{{n}}{{s}}",
    "{{s}} {{s:int}} {{nope}} {{nope:undefined}} {{nope:null}} {{nope:null:undefined}}",
    "{{dollar}}/{{s}}/{{dollar:any}}",
    "{{again}} {{n:int}} {{s}}",
    "{{a[0]}} {{a*}} {{ä}} {{a#b}} {{a\u200b}} {{s}}",
    "{{nope:nullable}}",
    "{{nope: null}}",
    "{{s: int }}",
    "{{s:Int}}",
    "{{s:}}",
    "{{s: }}",
    "{{s:date}}",
    "{{nil:date}}",
    "{{nope:date}}",
    "{{nope|s:date}}",
    "{{s|nope:date}}",
    "{{n:int:bool}}",
    "{{n:int-bool}}",
    "{{n:int::null}}",
    "{{nope|s}}",
    "{{nope:int|n:int}}",
    "{{nil|s}}",
    "{{empty|s}}",
    "{{empty|s:ignore-empty-str}}",
    "{{empty:ignore-empty-str}}",
    "{{nope|}}",
    "{{s|}}",
    "{{|s}}",
    "{{:int}}",
    "{{s?:x}}",
    "{{nil?:x}}",
    "{{?:x}}",
    "{{nope:undefined?:x}}",
    "{{nope??:x}}",
    ["{{s}}", "{{n:int}}", "x{{n}}", "{{nope:undefined}}", ["{{yes:bool}}"], {"k": "{{s}}"}],
    ["{{holder:json}}", {"a": "{{holder:json}}"}, "{{holder:json}}"],
    [1],
    [None],
    [[["{{s}}", True]]],
    [],
    {},
    {
        "a": 1,
        "b": None,
        "c": [True, 1.5, "{{s}}"],
        "{{s}}": "{{nope:undefined}}",
        "d": ["{{nope:undefined}}", "{{list.map:any}}"],
    },
    {"a": "{{holder:json}}", "b": "{{holder.inner}}", "c": "{{holder.more.1}}"},
    {"b": "{{holder.inner}}", "a": "{{holder:json}}"},
    {"10": "{{holder:json}}", "2": "{{holder.inner}}"},
    {"a": "{{s:date}}"},
    {"a": "{{.:json}}"},
    {"a": "{{merging:json}}"},
    {"a": "{{merging:json}}", "$truto_merge": "{{nope}}"},
    *(
        {"list": [1], "o": {"a": {"list": [1], "b": [1]}, "own": 1}, "$truto_merge": merge}
        for merge in (
            "{{merge:json}}",
            "{{merge}}",
            ["{{o:json}}", "{{merge:json}}"],
            [{"o": 1}, "{{merge:json}}"],
            ["{{merge:json}}", {"o": {"a": 5}}],
            "{{nope|merge:json}}",
            "{{nope:json}}",
            "{{nope:undefined}}",
            "{{nil:json}}",
            "{{list:json}}",
            "{{t_json:json}}",
            "{{merging:json}}",
            {},
            [],
            None,
            {"o": "{{nope:undefined}}", "list": "{{nope:undefined}}"},
            {"o": {"toString": 1, "constructor": 2}, "own": {"valueOf": 1}},
            {"$truto_merge": {"z": 1}},
            [{"$truto_merge": "{{o:json}}"}],
        )
    ),
    {"n": 1, "$truto_merge": {"n": {"toString": 1, "x": {"toString": 1}}}},
    {"toString": 1, "$truto_merge": {"toString": 2, "valueOf": 2}},
    {"a": [{"$truto_merge": "{{o.a:json}}"}, {"b": {"$truto_merge": ["{{o.a:json}}", {"list": [9]}]}}]},
    [{"$truto_merge": "{{o.a:json}}"}, {"a": 1}],
    {"__proto__": "{{s}}", "a": "{{s}}"},
    {"__proto__": {"x": 1}, "a": 1},
]
