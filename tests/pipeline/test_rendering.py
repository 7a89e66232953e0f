"""Rendering: the same results as the npm package, nothing shared, and clear errors."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

import truto_sync.pipeline
from tests.pipeline.placeholder_cases import RECORDED, Case, outcome, package_outcomes, random_cases, same
from tests.pipeline.placeholder_examples import CONTEXT
from truto_async import InvalidArgumentError
from truto_async.pipeline import UNDEFINED, PlaceholderError, render

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "@truto/replace-placeholders@1.0.11"
FOLDER = "REPLACE_PLACEHOLDERS"
"""The environment variable with the folder in which the package is installed already."""


@pytest.fixture(scope="module")
def recorded() -> list[tuple[Any, dict[str, Any], dict[str, Any]]]:
    """Read templates, contexts, and what the package made of them."""
    cases = json.loads(RECORDED.read_text(encoding="utf-8"))
    return [(case.pop("template"), case.pop("context", CONTEXT), case) for case in cases]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Find the npm package, or install it; skip where neither is possible."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if FOLDER in os.environ:
        return Path(os.environ[FOLDER])
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"npm is not installed, and {FOLDER} is not set")
    folder = tmp_path_factory.mktemp("npm")
    command = [npm, "install", f"--prefix={folder}", "--no-audit", "--no-fund", "--fetch-retries=1", PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not answer")
    if done.returncode:
        pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr[:500]}")
    return folder


def differences(cases: list[tuple[Any, dict[str, Any], dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Find the cases in which the SDK does not do what the package did."""
    for template, context, expected in cases:
        actual = outcome(template, context)
        if not same(expected, actual):
            yield {"template": template, "context": context, "package": expected, "here": actual}


def test_recorded_cases(recorded: list[tuple[Any, dict[str, Any], dict[str, Any]]]) -> None:
    """Each has the package's result, by value and type; where the package throws, an error."""
    assert len(recorded) > 800
    assert [] == [*differences(recorded)]


def test_random_cases(package: Path) -> None:
    """The package is asked itself."""
    cases: list[Case] = random_cases(11, 3000)

    outcomes = package_outcomes(package, cases)

    assert [] == [*differences([(*case, expected) for case, expected in zip(cases, outcomes, strict=True)])]


def containers(value: object) -> Iterator[object]:
    """Walk over the objects and arrays in a value."""
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


def test_nothing_is_shared(recorded: list[tuple[Any, dict[str, Any], dict[str, Any]]]) -> None:
    """Neither template nor context is changed. The result has none of their objects and arrays, and none twice."""
    for template, context, _ in recorded:
        before = json.dumps([template, context])
        found = [id(each) for each in containers([template, context, outcome(template, context).get("result")])]
        assert len(found) == len({*found}), template
        assert before == json.dumps([template, context])


def test_values_of_python() -> None:
    """Any mapping is an object, and a tuple an array; both come out as plain ones."""
    context = MappingProxyType({"args": MappingProxyType({"ids": (1, 2)}), "ids": (1, (2, 3))})
    rendered = render(MappingProxyType({"a": "{{args:json}}", "b": ("{{ids}}", "{{args.ids.-1:int}}")}), context)

    assert {"a": {"ids": [1, 2]}, "b": ["1,2,3", 2]} == rendered
    assert ["x"] == render(("x",), {})
    assert [dict, list] == [type(rendered["a"]), type(rendered["a"]["ids"])]


def test_numbers() -> None:
    """Those that are no double lose digits, as in JavaScript."""
    numbers = {"n": 2**53 + 1, "huge": 10**400, "minus": -(10**400), "float": 2.0, "zero": -0.0}

    assert "9007199254740992 Infinity -Infinity 2 0" == render("{{n}} {{huge}} {{minus}} {{float}} {{zero:any}}", numbers)
    rendered = render({"n": "{{n:any}}", "own": 2**53 + 1, "float": "{{float:any}}"}, numbers)
    assert '{"n": 9007199254740992, "own": 9007199254740992, "float": 2}' == json.dumps(rendered)
    assert [float("inf"), float("-inf")] == render(["{{huge:any}}", "{{minus:any}}"], numbers)
    assert "NaN NaN" == render("{{a}} {{a:json}}", {"a": float("nan")})
    assert float("inf") == render("{{a:int}}", {"a": "9" * 5000})


def test_undefined() -> None:
    """It is false, and one and the same everywhere."""
    assert render("{{a:undefined}}", {}) is UNDEFINED
    assert not UNDEFINED
    assert "UNDEFINED" == repr(UNDEFINED)
    assert copy.deepcopy(UNDEFINED) is UNDEFINED is pickle.loads(pickle.dumps(UNDEFINED))
    assert "1" == render("{{a|b}}", {"a": UNDEFINED, "b": 1})
    assert "1,,2" == render("{{a:any}}.", {"a": [1, UNDEFINED, 2]})[:-1]
    assert "undefined" == render("{{a}}", {"a": [UNDEFINED]})
    assert "none" == render("{{a.b|c.b|d.b?:none}}", {"a": UNDEFINED, "c": None, "d": "text"})
    assert {} == render({"a": UNDEFINED}, {})


@pytest.mark.parametrize(
    ("template", "context", "message"),
    [
        ("{{a:date}}", {"a": 1}, '{{a:date}}: there is no type "date"; use one of str, int, .* @ $'),
        ({"q": [{"a-b": "x{{a:date}}"}]}, {"a": 1}, 'no type "date"; .* @ $.q[0]["a-b"]'),
        (["x", {"q": "{{a?:12:30}}"}], {}, 'no type "30"; .* @ $[1].q'),
        ([["x"], "{{|a}}"], {"a": 1}, "a path is empty; .* @ $[1]"),
        ("{{a.map:any}}!", {"a": []}, '"map" is a method of JavaScript; name a key that is there @ $'),
        ("{{a.map.length}}", {"a": []}, '"map" is a method of JavaScript'),
        ("{{a}}", {"a": {"toString": 1}}, 'an object with the key "toString"'),
        ("{{a valueOf}}", {"a": 1}, '"valueOf" cannot be one of several; write each path as an alternative'),
        ("{{a}}", {"a": datetime.now(UTC)}, "a value of type datetime, which JSON does not have; give JSON as the context"),
        ("{{a.year}}", {"a": datetime.now(UTC)}, "it reads from a value of type datetime, which JSON does not have"),
        ("{{a:json}}", {"a": "[" * 100_000}, "JSON text that is nested too deeply"),
        ({"a": "{{x:json}}"}, {"x": {"y": "{{x:json}}"}}, "the result contains itself; .* @ $"),
        (
            {"a": {"$truto_merge": "{{x:json}}"}},
            {"x": {"y": "{{x:json}}"}},
            "merges an object that contains itself; .* @ $.a",
        ),
        (["{{x.-1:json}}", {"a": "{{x:json}}"}, "{{x}}"], {"x": ["{{x:json}}"]}, "an array that contains itself"),
    ],
)
def test_errors(template: Any, context: dict[str, Any], message: str) -> None:
    """They say what is wrong, what to do, and where."""
    with pytest.raises(PlaceholderError) as caught:
        render(template, context)
    start, _, end = message.partition(".*")
    assert start in str(caught.value)
    assert str(caught.value).endswith(end)


def test_an_error() -> None:
    """It has the placeholder with its position, and can be pickled."""
    with pytest.raises(InvalidArgumentError) as caught:
        render({"key": "acc-{{a:date}}"}, {"a": 1})
    error = pickle.loads(pickle.dumps(caught.value))

    assert isinstance(error, PlaceholderError)
    assert error.placeholder is not None
    assert ("$.key", "{{a:date}}", 4) == (error.path, error.placeholder.text, error.placeholder.start)
    with pytest.raises(PlaceholderError) as caught:
        render({"a": "{{x:json}}"}, {"x": {"y": "{{x:json}}"}})
    assert caught.value.placeholder is None


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (None, "expected a text, a list or an object as template, got NoneType @ $"),
        (5, "got int @ $"),
        (["a", ["b", 5]], r"got int @ $[1][1]"),
        ({1, 2}, "got set @ $"),
    ],
)
def test_no_template(template: Any, message: str) -> None:
    """Only texts, lists and objects are rendered, and the package takes only these in lists."""
    with pytest.raises(InvalidArgumentError) as caught:
        render(template, {})
    assert str(caught.value).endswith(message)


def test_a_list_inside_itself() -> None:
    """It is refused."""
    template: list[Any] = ["x"]
    template.append(template)

    with pytest.raises(InvalidArgumentError, match="the template contains itself"):
        render(template, {})


def test_no_context() -> None:
    """It is an object, and does not contain itself."""
    with pytest.raises(InvalidArgumentError, match="the context must be an object, not list"):
        render("{{a}}", [])  # type: ignore[call-overload]  # that is the point
    context: dict[str, Any] = {"a": {}}
    context["a"]["a"] = context
    with pytest.raises(InvalidArgumentError, match="the context is nested too deeply, or contains itself"):
        render({"a": "{{a:json}}"}, context)


def test_a_context_that_contains_itself() -> None:
    """It can be read; a search does not go around in it."""
    context: dict[str, Any] = {"a": {"n": 1}, "b": 2}
    context["a"]["self"] = context["a"]

    assert ["1", "2", "2"] == [render(text, context) for text in ("{{a.self.self.n}}", "{{a.self.n b}}", "{{/a/.self.n|b}}")]


def test_deep_values() -> None:
    """Depth is no problem, not in a template, a context, a path, or in merging."""
    deep: Any = "{{a}}"
    listed: Any = "{{a}}"
    value: Any = 1
    for _ in range(20_000):
        deep, listed, value = {"x": deep}, [listed], {"x": [value]}
    merged = render({"v": "{{v:json}}", "$truto_merge": "{{m:json}}"}, {"v": value, "m": {"v": value}})
    found = [render(deep, {"a": "found"}), render(listed, {"a": "found"}), merged["v"]]
    for _ in range(20_000):
        found = [found[0]["x"], found[1][0], found[2]["x"][0]]

    assert ["found", "found", 1] == found
    assert "1" == render(f"{{{{{'.'.join(['x.0'] * 20_000)}}}}}", value)
    assert "[object Object]" == render(f"{{{{{'.'.join(['x.-1'] * 500)} b}}}}", value)
    assert "," == render("{{a}}", {"a": [[], [[]]]})


def test_an_object_inside_itself() -> None:
    """It is removed, as in the package; in a list, the package's own result contains itself."""
    template: dict[str, Any] = {"a": "{{a}}", "b": {}}
    template["b"]["self"] = template

    assert {"a": "1", "b": {}} == render(template, {"a": 1})
    template["b"]["self"] = [template, template]
    with pytest.raises(PlaceholderError, match="the result contains itself"):
        render(template, {"a": 1})


def test_both_packages() -> None:
    """They have the same function."""
    assert truto_sync.pipeline.render is render
    assert truto_sync.pipeline.UNDEFINED is UNDEFINED
