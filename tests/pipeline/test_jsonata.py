"""JSONata: syntax, what is read and called, evaluation."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import texts
from truto_async.pipeline import _jsonata
from truto_async.pipeline._jsonata import (
    EvaluationError,
    SyntaxProblem,
    evaluate,
    find_syntax_problem,
    guess_paths,
    is_installed,
    paths_of,
    truto_functions,
    unknown_functions,
)


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the package look as if it were not there."""
    monkeypatch.setitem(sys.modules, "jsonata", None)


def reads(text: str) -> list[str]:
    """List the paths that an expression reads, with dots."""
    return [".".join(path) for path in paths_of(text)]


def refusal(text: str, data: Any = None) -> tuple[str, str]:
    """Return why an expression is not evaluated: its kind and the reason."""
    with pytest.raises(EvaluationError) as caught:
        evaluate(text, {} if data is None else data)
    return caught.value.kind, str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "args.a",
        "resources.`knowledge-base`.`page-content`.$sift(function($v, $k) {$k != 'remote_data'})",
        "sync_job_run.status = 'completed' ? $dtFromIso(sync_job_run.started_at.toISOString()).minus({'minutes': 2})",
        "a /* a comment at the end */",
        r"$match(a, /(?<year>\d+)\p{L}/)",
        "and or in",
        "(" * 500 + "a" + ")" * 500,  # too deep for the parser
        "function($x)<1>{$x}",  # a fault of the parser
    ],
)
def test_fine_syntax(text: str) -> None:
    """What Truto's own parser takes is fine, regular expressions of JavaScript included."""
    assert find_syntax_problem(text) is None


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "Unexpected end of expression", 0),
        ("(a", "Expected ) before end of expression", 2),
        ("a b", "Syntax error: b", 3),
        ("a !", "Unknown operator: !", None),
        ("a /* c", "Unexpected end of expression", 6),
        (r"'\d'", r"Unsupported escape sequence: \d", 2),
        ("//", "Empty regular expressions are not allowed", 1),
    ],
)
def test_wrong_syntax(text: str, message: str, position: int | None) -> None:
    """It is said what is wrong, and where."""
    assert SyntaxProblem(message, position) == find_syntax_problem(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("args.user.id", ["args.user.id"]),
        ("$$.args.a & $.args.b", ["args.a", "args.b"]),
        ("args.`na-me` = args.'na me'", ["args.na-me", "args.na me"]),
        ("args.ids[0][id = $$.args.id]", ["args.ids", "args.ids.id", "args.id"]),
        ("resources.t.{'id': id, 'by': $$.args.by}", ["resources.t.id", "args.by"]),
        ("resources.t.(a ? b : c)", ["resources.t.a", "resources.t.b", "resources.t.c"]),
        ("resources.t^(>created).id", ["resources.t.id", "resources.t.created"]),
        ("resources.t{id: name}", ["resources.t", "resources.t.id", "resources.t.name"]),
        ("args[a].b", ["args.b", "args.a"]),
        ("[args.a..args.b, -args.c]", ["args.a", "args.b", "args.c"]),
        ("args.a.%.b", ["args.b"]),
        ("args.a.(%)", ["args"]),
        ("args.a#$i[$i = 0]", ["args.a"]),
        ("(args.a)#$i", ["args.a"]),
        ("args.a[0]#$i.b", ["args.a.b"]),
        ("args@$a.x", ["args", "x"]),
        ("(args).a", ["args"]),
        ("$[0] & $$[x]", ["", "x"]),
        ("$v", []),
        ("'args' & 1 & true & null", []),
    ],
)
def test_paths(text: str, expected: list[str]) -> None:
    """They follow the context."""
    assert expected == reads(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("args.*", ["args"]),
        ("**.a", [""]),
        ("*", [""]),
        ("$keys(args)", ["args"]),
        ("args.$keys()", ["args"]),
        ("args ~> $keys", ["args"]),
        ("args ~> $keys() ~> $count()", ["args"]),
        ("args.a ~> $contains('x')", ["args.a"]),
        ("args ~> function($a) { $a.b }", ["args"]),
        ("$lookup('args')", [""]),
        ("$keys()", [""]),
        ("$now() & $millis()", []),
        ("$eval('args.a')", [""]),
        ("(function($a) { $a.b })(args)", ["args"]),
        ("$$ ~> |args|{'a': b}, 'c'|", [""]),
        ("($a := args; $a.b)", ["args"]),
        ("$substring(?, 1)", []),
        ("$map(args.a, function($v, $i) { $v.b = args.c })", ["args.a", "args.c"]),
    ],
)
def test_what_is_passed_on_whole(text: str, expected: list[str]) -> None:
    """It is read with all that is below it."""
    assert expected == reads(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("args.a & args . `b-c` & $$.args.'d e'", ["args.a", "args.b-c", "args.d e"]),
        ("-args.a", ["args.a"]),
        ("[args.a..args.b]", ["args.a", "args.b"]),
        ("$keys(args)", ["args"]),
        ("'args.a' & \"args.b\" /* args.c */", []),
        ("resources.args.a & $args.b & myargs.c & args_d", []),
    ],
)
def test_paths_without_a_parser(text: str, expected: list[str], not_installed: None) -> None:
    """Only arguments are found."""
    assert expected == reads(text) == [".".join(path) for path in guess_paths(text)]


def test_functions() -> None:
    """Truto's own are told from those that nobody has, and from those that the expression defines."""
    text = "($f := function($x) { $uuid() & $x }; $f(args.a) & $g($h, $join([1])) & $find(a, 'b') & ($pick ~> $k))"

    assert ("uuid", "find", "pick") == truto_functions(text)
    assert ("g", "k") == unknown_functions(text)
    assert ("groupBy",) == truto_functions("$map(a, $groupBy)")


def test_functions_of_what_does_not_parse() -> None:
    """There are none."""
    assert () == truto_functions("$uuid(") == unknown_functions("$x(")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("args.a + 1", 3),
        ("args.list", [1, {"b": None}]),
        ("args.list[1].b", None),
        ("args.none", "undefined"),
        ("[1..3]", [1, 2, 3]),
        ("{'a': [1..3], 'b': null}", {"a": [1, 2, 3], "b": None}),
        ("args.a > 1 and args.a < 3", True),
        ("$firstNonEmpty(args.none, args.nil, args.list[1].b, args.empty, args.a)", ""),
        ("$firstNonEmpty()", "undefined"),
        ("$join([1.5, true, null, ['x', 'y']], ', ')", "1.5, true, , x,y"),
        ("$join(args.list[0])", "1"),
        ("$join(args.none)", ""),
        ("$join(['a', false])", "a,false"),
        ("args.a /* a comment */", 2),
        ("args.list[1] ?? 'none'", {"b": None}),
        ("(args.list[0] & args.list[0]) ?: 'none'", "11"),
        ("args.list[2] ?? args.list[3] ?: 'none'", "none"),
    ],
)
def test_evaluate(text: str, expected: Any) -> None:
    """The results are plain JSON, as Truto's package has them."""
    data = {"args": {"a": 2, "list": (1, {"b": None}), "nil": None, "empty": ""}}

    result = evaluate(text, data, undefined="undefined")

    assert expected == result
    assert type(expected) is type(result)
    assert {"args": {"a": 2, "list": (1, {"b": None}), "nil": None, "empty": ""}} == data


def test_what_is_not_evaluated() -> None:
    """The reason says whose fault it is."""
    assert ("syntax", "it is not JSONata: Syntax error: b") == refusal("a b")
    assert ("truto", "it uses functions of Truto's own, which are not evaluated here: $uuid, $find") == refusal(
        "$uuid($find)"
    )
    assert ("truto", "it calls functions that JSONata does not have: $f") == refusal("$f(1)")
    assert ("failed", "it fails: no") == refusal("$error('no')")
    assert "division by zero" in refusal("1/0")[1]  # in the words of Python
    assert ("failed", "it fails: it gives a function, which is not JSON") == refusal("$sum")
    assert ("failed", "it fails: it gives nan, which is not JSON") == refusal("$number('nan')")
    assert ("failed", "it fails: an object cannot be joined") == refusal("$join([{}])")
    assert ("failed", "it is nested too deeply") == refusal("true and ($f := function($n) { 1 + $f($n) }; $f(1))")
    assert "failed" == refusal("true and $match('a', 1)")[0]
    assert "failed" == refusal("a", {"a": object()})[0]


def test_without_end() -> None:
    """An expression that goes on for too long is stopped."""
    with pytest.raises(EvaluationError, match="Evaluation timeout after 50 milliseconds"):
        evaluate("($f := function($n) { $f($n) }; $f(1))", {}, seconds=0.05)


def test_not_installed(not_installed: None) -> None:
    """Nothing is found, nothing is evaluated, and it is said what to install."""
    assert not is_installed()
    assert find_syntax_problem("a b") is None
    assert () == truto_functions("$uuid()") == unknown_functions("$x()")
    assert ("missing", _jsonata.MISSING) == refusal("1")
    assert "pip install 'truto-async[jsonata]'" in _jsonata.MISSING


def test_the_recursion_limit_stays() -> None:
    """The package raises it for the whole process when it is imported."""
    script = """
import sys
from truto_async.pipeline._jsonata import is_installed
limit = sys.getrecursionlimit()
assert "jsonata" not in sys.modules
print(is_installed(), sys.getrecursionlimit() == limit)
"""

    assert "True True" == subprocess.check_output([sys.executable, "-c", script], text=True).strip()


def test_threads() -> None:
    """Each thread has its own evaluation."""
    results: dict[int, Any] = {}

    def work(number: int) -> None:
        results[number] = [
            evaluate("$map([1..20], function($x) { $x * args.n })", {"args": {"n": number}}) for _ in range(5)
        ]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {n: [[x * n for x in range(1, 21)]] * 5 for n in range(4)} == results


tokens = st.sampled_from(
    [*"()[]{}.,:;?!@#%^&*|/<>=~+-$`'\" ", "args", "$f", "function", "a", "1", "/*", "*/", ":=", "~>", "\\"]
)


@given(texts | st.lists(tokens, max_size=12).map("".join))
def test_any_text(text: str) -> None:
    """Nothing raises, and what does not parse is not evaluated."""
    problem = find_syntax_problem(text)
    paths_of(text)
    try:
        evaluate(text, {"args": {"a": 1}}, seconds=0.2)
    except EvaluationError as error:
        assert (problem is not None) == (error.kind == "syntax")
