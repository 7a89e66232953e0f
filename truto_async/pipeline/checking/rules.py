"""The rules: a table of what a job is checked for. docs/reference/checks.md has a section on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.pipeline.checking.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from truto_async.pipeline.checking._subject import Site

__all__ = ["RULES", "Rule", "found"]

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@frozen
class Rule:
    """What a job is checked for."""

    code: str
    """The code, such as "TRUTO101". The hundreds are the family; a code is never used again for another rule."""

    name: str
    """The name, such as "cycle"."""

    severity: Severity
    """How bad a finding of it is."""

    summary: str
    """What it finds, as a sentence."""


RULES: Sequence[Rule] = (
    # 1: names, and who gets records from whom
    Rule("TRUTO101", "cycle", _ERROR, "Nodes depend on each other in a circle."),
    Rule("TRUTO102", "unknown-dependency", _ERROR, "`depends_on` names no node."),
    Rule("TRUTO103", "unknown-persisted", _ERROR, "`resources_to_persist` names no node."),
    Rule("TRUTO104", "duplicate-name", _ERROR, "Two nodes have one name."),
    Rule("TRUTO105", "missing-name", _ERROR, "A node has no `name`."),
    Rule("TRUTO106", "several-dependencies", _ERROR, "`depends_on` of a node of runtime 4 is a list."),
    Rule("TRUTO107", "depends-on-destination", _WARNING, "A node depends on a destination, which hands on no records."),
    Rule("TRUTO108", "idle-depends-on", _INFO, "A destination or event has `depends_on`."),
    # 2: types, runtimes and fields
    Rule("TRUTO201", "missing-type", _ERROR, "A node of runtime 4 has no `type`."),
    Rule("TRUTO202", "misspelled-type", _ERROR, "The `type` of a node is almost a known one."),
    Rule("TRUTO203", "unknown-type", _INFO, "The `type` of a node is not known here, so the node is not checked."),
    Rule("TRUTO204", "missing-field", _ERROR, "A node lacks a field that its type needs."),
    Rule("TRUTO205", "unknown-value", _ERROR, "A field has a value that is none of those that it can have."),
    Rule("TRUTO206", "flat-field", _WARNING, "A node of runtime 4 has a field that only flat entries have."),
    Rule("TRUTO207", "node-needs-runtime-4", _ERROR, "A node of a type that runtimes 1 to 3 do not know."),
    Rule("TRUTO208", "no-runtime", _ERROR, "Typed nodes, and no `default_runtime_version`."),
    Rule("TRUTO209", "proxy-delete-tracking", _WARNING, "`delete_tracking` of a resource that is not unified."),
    Rule("TRUTO210", "datastore-field", _WARNING, "A destination that is no datastore has `method` or `loop_on`."),
    Rule("TRUTO211", "value-not-used", _INFO, "An `update_state` has `value_expression`, and so never uses its `value`."),
    # 3: what expressions read
    Rule("TRUTO301", "undeclared-argument", _WARNING, "An argument is read that `args_schema` does not declare."),
    Rule("TRUTO302", "unused-argument", _WARNING, "`args_schema` declares an argument that nothing reads."),
    Rule("TRUTO303", "unknown-resource", _ERROR, "`resources.<name>` is read, and no node makes it."),
    Rule("TRUTO304", "request-by-name", _WARNING, "The records of a request are read by its name, not by its resource."),
    Rule("TRUTO305", "unquoted-dash", _ERROR, "JSONata reads a name with a dash without backticks, which subtracts."),
    Rule("TRUTO306", "loop-on-nothing", _ERROR, "`loop_on` leads to nothing that can be an array."),
    Rule("TRUTO307", "payload-outside-destination", _WARNING, "`payload` is read where there is none."),
    Rule("TRUTO308", "previous-run-date", _WARNING, "`previous_run_date` is read, which runtime 4 does not have."),
    Rule("TRUTO309", "validation-scope", _WARNING, "`args_validation` reads something other than `args`."),
    # 4: how expressions are written
    Rule("TRUTO401", "invalid-placeholder", _ERROR, "A placeholder is not what it looks like, or fails."),
    Rule("TRUTO402", "invalid-jsonata", _ERROR, "A text is not JSONata."),
    Rule("TRUTO403", "placeholder-in-jsonata", _ERROR, "JSONata has a placeholder, which is not filled in there."),
    Rule("TRUTO404", "unknown-function", _WARNING, "JSONata calls a function that neither JSONata nor Truto has."),
    Rule("TRUTO405", "constant-recursion", _WARNING, "`recurse.if` is the same for every record."),
    Rule("TRUTO406", "merge-without-json", _WARNING, "`$truto_merge` has a template that gives no object."),
    Rule("TRUTO499", "jsonata-not-checked", _INFO, "There is JSONata, and the package that reads it is not installed."),
    # 5: state and schedules
    Rule("TRUTO501", "no-state-key", _WARNING, "There are state nodes, and no `state_key`."),
    Rule("TRUTO502", "shared-state", _WARNING, "`state_key` is the same for every account."),
    Rule("TRUTO503", "early-state-update", _WARNING, "State that the job reads is updated before the run is complete."),
    Rule("TRUTO504", "mismatched-state", _WARNING, "The state that is read is almost the state that is written."),
    Rule("TRUTO505", "cron-without-mutex", _WARNING, "There is a cron trigger, and no `mutex_key`."),
    Rule("TRUTO506", "trigger-arguments", _ERROR, "The `args` of a cron trigger do not fit the job."),
    # 6: accounts, records and destinations
    Rule("TRUTO601", "no-account", _ERROR, "A request of runtime 4 has no `integrated_account_id`."),
    Rule("TRUTO602", "hard-coded-account", _WARNING, "`integrated_account_id` is an id, not a placeholder."),
    Rule("TRUTO603", "hard-coded-destination", _WARNING, "The id of a webhook or datastore is not a placeholder."),
    Rule("TRUTO604", "persists-nothing", _ERROR, "A destination has no `resources_to_persist`."),
    Rule("TRUTO605", "persists-no-records", _ERROR, "`resources_to_persist` names a node that has no records."),
    Rule("TRUTO606", "records-go-nowhere", _WARNING, "Nothing uses the records of a node."),
    Rule("TRUTO607", "unbounded-spool", _WARNING, "A spool holds all records of a list that nothing limits."),
    Rule(
        "TRUTO608", "ungated-destination", _WARNING, "An optional argument names a destination, and no `run_if` asks for it."
    ),
)
"""The rules, by code."""

_BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}


def found(name: str, site: Site | None, path: str, message: str, fix: str) -> Finding:
    """Make a finding of the rule with this name; `site` is the node that it is about, None for the job as a whole."""
    rule = _BY_NAME[name]
    return Finding(rule.code, name, rule.severity, None if site is None else site.key, path, message, fix)
