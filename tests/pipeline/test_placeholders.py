"""Placeholders: what is one, where it is, what it reads, and what is wrong with it."""

from __future__ import annotations

import pytest

from truto_async import SyncJob
from truto_async.pipeline import Path, Placeholder, Template, find_placeholders


def only(text: str) -> Placeholder:
    """Parse a text with one placeholder."""
    [placeholder] = Template.parse(text).placeholders
    return placeholder


def test_parts() -> None:
    """They make up the text, and each placeholder knows its place in it."""
    text = "from {{args.since:str | state.value?:2020:int}}{{b}}."
    template = Template.parse(text)
    first, second = template.placeholders

    assert ("from ", first, second, ".") == template.parts
    assert (text, ()) == (template.text, template.faults)
    assert "{{args.since:str | state.value?:2020:int}}" == first.text == text[first.start : first.end]
    assert ("2020", "int") == (first.default, first.default_type)
    assert ("{{b}}", None, "str") == (second.text, second.default, second.default_type)
    since, state = first.alternatives
    assert ["args.since:str ", " state.value"] == [text[each.start : each.end] for each in (since, state)]
    assert ("args.since", ("str",), "str") == (since.path, since.modifiers, since.type)
    assert ("state.value", (), "str") == (state.path, state.modifiers, state.type)
    assert (("args", "since"), ("state", "value")) == first.reads


@pytest.mark.parametrize(
    "text",
    ["", "text", "{{}}", "{{a", "{ {a}}", "{{a[0]}}", "{{a@b}}", "{{ä}}", "{{*}}", "{{a\u200b}}", "{{a\\.b}}", "{{{}}}"],
)
def test_text(text: str) -> None:
    """What is no placeholder is text, without a fault."""
    assert ((text,) if text else ()) == Template.parse(text).parts


@pytest.mark.parametrize("text", ["{{a}}", "{{\u00a0a\ufeff}}", "{{ a\n}}", "{{a: str }}"])
def test_white_space(text: str) -> None:
    """What is white space in JavaScript may surround a path and a type."""
    [alternative] = only(text).alternatives

    assert ("a", (("a",),), "str") == (alternative.path, alternative.reads, alternative.type)


@pytest.mark.parametrize(
    ("path", "reads"),
    [
        ("a.b-c.x_y.d/e", [("a", "b-c", "x_y", "d/e")]),
        ("a.0.-1.00.007", [("a", 0, -1, 0, 7)]),
        ("a b.c  d", [("a",), ("b", "c"), ("d",)]),
        (".", [()]),
        (".a", [("a",)]),
        ("..", [("",)]),
        ("a..b.", [("a", "", "b", "")]),
        ("1a.-.a?b", [("1a", "-", "a?b")]),
    ],
)
def test_paths(path: str, reads: list[Path]) -> None:
    """Keys are str, indices int; a space means another path."""
    assert tuple(reads) == only(f"{{{{{path}}}}}").reads


def test_steps_to_several() -> None:
    """Slices and patterns keep their text, and so does the place behind the last element."""
    [path] = only("{{a.1:-1./_id/i.-0}}").reads

    assert [str, "1:-1", "/_id/i", "-0"] == [str if isinstance(step, str) else getattr(step, "text", step) for step in path]
    assert 1 == len({only("{{a.1:-1./_id/i}}").reads, only("{{ a.1:-1./_id/i }}").reads})


def test_flags() -> None:
    """They count in any alternative, and as a part of a word, too."""
    placeholder = only("{{a:int:null|b:ignore-empty-str|c:undefined}}")
    plain = only("{{a: null|null?:x:null}}")

    assert placeholder.allows_null
    assert placeholder.allows_undefined
    assert placeholder.skips_empty
    assert [False] * 3 == [plain.allows_null, plain.allows_undefined, plain.skips_empty]
    assert only("{{a:nullable}}").allows_null


@pytest.mark.parametrize(
    ("text", "default", "type_"),
    [
        ("{{a?: b }}", " b ", "str"),
        ("{{a?:}}", None, "str"),
        ("{{a?::int}}", "", "int"),
        ("{{a?:b|c}}", "b|c", "str"),
        ("{{a?:b?:c}}", "b", "str"),
        ("{{a?:https://x.y}}", "https://x.y", "str"),
    ],
)
def test_defaults(text: str, default: str | None, type_: str) -> None:
    """They are not trimmed; an empty one is none; what follows a second `?:` is dropped."""
    assert (default, type_, ()) == (only(text).default, only(text).default_type, only(text).faults)


@pytest.mark.parametrize(
    ("text", "wrong", "problem", "advice"),
    [
        ("x {{a:date}}", "date", 'there is no type "date"', "use one of str, int, num, bool, json, any, null, undefined"),
        ("{{a: Int |b}}", "Int", 'there is no type "Int"', "use one of str"),
        ("{{a:int-x}}", "int-x", 'there is no type "int-x"', "use one of str"),
        ("{{a: }}", "", 'there is no type ""', "use one of str"),
        ("{{a?:12:30}}", "30", 'there is no type "30"', "such a text has to come from the context"),
        ("{{a?:1: int}}", " int", 'there is no type " int"', "in a default"),
        ("{{a|}}", "", "a path is empty", "write names and indices"),
        ("{{ }}", " ", "a path is empty", "write names and indices"),
        (
            "{{b|a./x/crm:str}}",
            "a./x/crm",
            '"/x/crm" is read as a regular expression, and "crm" are no flags',
            "write names",
        ),
        ("{{a./x/uv}}", "a./x/uv", '"/x/uv" is read as a regular expression, and "uv" are no flags', "write names"),
        ("{{a./?/}}", "a./?/", '"/?/" is read as a regular expression, with a "?" that repeats nothing', "write names"),
        ("{{a.%s}}" % ("9" * 400), f"a.{'9' * 400}", "an index is too large", "write a smaller one"),
    ],
)
def test_faults(text: str, wrong: str, problem: str, advice: str) -> None:
    """Each says what is wrong, where, and what to do."""
    [fault] = Template.parse(text).faults

    assert (wrong, problem) == (text[fault.start : fault.end], fault.problem)
    assert advice in fault.advice


def test_all_faults() -> None:
    """They are listed in the order of the text."""
    faults = Template.parse("{{a:x|:y?:z:w}} {{b:v}}").faults

    types = [f'there is no type "{name}"' for name in "xywv"]
    assert [types[0], "a path is empty", *types[1:]] == [fault.problem for fault in faults]


def test_find_placeholders() -> None:
    """Those of templates are found with their places; JSONata and paths have none."""
    job = SyncJob.from_dict(
        {
            "id": "job",
            "state_key": "{{args.account}}",
            "args_validation": "'{{no}}'",
            "resources": [
                {
                    "name": "a",
                    "type": "request",
                    "query": {"ids": ["x", "{{args.a}}-{{args.b|args.c}}"]},
                    "run_if": "{{no}}",
                },
                {"name": "b", "type": "transform", "config": {"expression": "{{no}}"}},
                {"name": "c", "type": "destination", "config": {"id": "{{args.webhook}}"}},
            ],
        }
    )

    assert [
        (None, "$.state_key", "{{args.account}}"),
        (0, "$.resources[0].query.ids[1]", "{{args.a}}"),
        (0, "$.resources[0].query.ids[1]", "{{args.b|args.c}}"),
        (2, "$.resources[2].config.id", "{{args.webhook}}"),
    ] == [(use.node, use.path, use.placeholder.text) for use in find_placeholders(job)]
