"""Plans as text."""

from __future__ import annotations

from typing import Any

from tests.pipeline.test_plan import ARGS, job, node, request
from truto_async import SyncJob
from truto_async.testing import SEED_JOBS

HELPDESK = """\
Zendesk tickets to warehouse  4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01
  args.integrated_account_id  "acc-1"
  args.webhook_id             "hook-1"
  args.datastore_id           "store-1"
  args.page_size              100  (default)
  mutex_key                   tickets-acc-1
  state_key                   acc-1

Requests
  1  tickets: list ticketing/tickets, once
       account  acc-1
       query    {"updated_at": {"gt": "{{args.updated_after|resources.cursor.value}}"}, "limit": 100}
       deleted  soft {"status": "deleted"}
       ?        query.updated_at.gt: reads resources.cursor, which the run reads from its state (cursor)
  2  comments: list ticketing/comments, for the records of tickets
       account  acc-1
       query    {"ticket_id": resources.ticketing.tickets.id}
       runs if  resources.ticketing.tickets.comment_count > 0
       ?        run_if: reads resources.ticketing.tickets, which the run fetches (tickets)
       ?        query: reads resources.ticketing.tickets, which the run fetches (tickets)

Destinations
  to_bucket: datastore store-1 uploadObject, gets tickets, for each element of payload.records
    config  {"key": "tickets/{{sync_job_run.id}}.json", "upload_type": "resumable"}
    ?       loop_on: reads payload, the records that are handed on
    ?       config.config.key: reads sync_job_run.id, which the server sets
  to_superquery: superquery wnam, gets tickets
  to_app: webhook hook-1, gets tickets and all_comments

State, in the namespace acc-1
  cursor: reads last_ticket
    else  2020-01-01T00:00:00.000Z
  remember: writes last_ticket, at the event complete
    value  sync_job_run.started_at.toISOString()
    ?      config.value_expression: reads sync_job_run.started_at, which the server sets
  forget: deletes retries, at the event complete
"""

DRIVE = """\
SharePoint files  b0c7a6d2-3b0f-4f86-8d53-0a9f4b1e7c02
  args.integrated_account_id  "acc-1"
  mutex_key                   (none)
  state_key                   (none)

Requests
  1  files: list drive-items, for each of the 2 elements of drive_items
       account   acc-1
       query     {}
       for       "d1"
       for       "d2"
       again if  {{resources.drive-items.is_folder:bool}}
         with    {"query": {"parent": "{{resources.drive-items.id}}"}}
       ?         recurse.if: reads resources.drive-items, which the run fetches (files and content)
       ?         recurse.config.query.parent: reads resources.drive-items, which the run fetches (files and content)
  2  content: download drive-items, for the records of files
       account  acc-1
       id       {{resources.drive-items.id}}
       ?        id: reads resources.drive-items, which the run fetches (files and content)

Not planned, being of types that are not known
  labels
"""

CRM = """\
HubSpot contacts  c61f8e3a-9d27-4b65-b1c4-6e2d8a5f3b03
  args.user_ids  ["u1", "u2", "u3", "u4"]
  mutex_key      (none)
  state_key      (none)

Requests
  1  crm/contacts: list crm/contacts, once
       query  {"updated_at": {"gt": "{{previous_run_date}}"}}
       ?      query.updated_at.gt: reads previous_run_date, which the server sets
  1  users: get users, for each of the 4 elements of user_ids, the first 3 shown
       for   "u1"
         id  u1
       for   "u2"
         id  u2
       for   "u3"
         id  u3
  2  crm/notes: list crm/notes, for the records of crm/contacts
       query  {"contact": {"id": "{{resources.crm.contacts.id}}"}}
       ?      query.contact.id: reads resources.crm.contacts, which the run fetches (crm/contacts)

Handed to the webhook or daemon that the run names
  crm/contacts
  crm/notes
  gathered
"""

REST = """\
(no label)  job
  mutex_key  {{sync_job_run.id}}
  state_key  (none)
  ?          $.mutex_key: reads sync_job_run.id, which the server sets

Requests
  1  a: list crm/a, for each of the 0 elements of args.no
  1  #1: (nothing), once
  1  b: list crm/b
       ?  it depends on 'gone', and no node is called so
       ?  depends_on: no node is called so
  1  c: list crm/c, for all records of spool at once
       body  text with a \N{REPLACEMENT CHARACTER} in it
  1  d: list crm/d, at the event error, once
  -  e: list crm/e
       skipped: it is on a cycle, or behind one

Destinations
  x: (nothing), gets nothing
    skipped: nothing is handed to it

State, in the namespace that all runs share
  s: writes (no key)
  t: deletes k
    skipped: run_if is not true: false
"""


def test_seeds() -> None:
    """A plan reads from top to bottom: what is passed, what is asked, where it goes, what is kept."""
    helpdesk, drive, crm, bare = map(SyncJob.from_dict, SEED_JOBS)

    assert HELPDESK == helpdesk.plan({**ARGS, "datastore_id": "store-1"}).to_text()
    assert DRIVE == drive.plan({"integrated_account_id": "acc-1"}, {"drive_items": ["d1", "d2"]}).to_text()
    assert CRM == crm.plan({"user_ids": ["u1", "u2", "u3", "u4"]}).to_text()
    assert (
        "(no label)  d3e9b7f4-2c58-4e11-a7d0-9f1c6b8e4a04\n  mutex_key  (none)\n  state_key  (none)\n"
        == bare.plan().to_text()
    )


def test_the_rest() -> None:
    """What is missing is said, what is skipped is short, and nothing steers the terminal."""
    plan = job(
        request("a", loop_on="args.no"),
        {"type": "request"},
        request("b", depends_on="gone"),
        {"name": "spool", "type": "spool"},
        request("c", depends_on="spool", body="'text\n with a \x1b in it'"),
        {"name": "failed", "type": "event", "config": {"name": "error"}},
        request("d", depends_on="failed"),
        request("e", depends_on="e"),
        {"name": "x", "type": "destination"},
        {"name": "s", "type": "update_state"},
        node("delete_state", "t", key="k", run_if="false"),
        mutex_key="{{sync_job_run.id}}",
    ).plan({"no": []})

    assert REST == plan.to_text().replace("  args.no    []\n", "")


def test_numbers() -> None:
    """One element, and several nodes that do not run, are spoken of as such."""
    loop = request("a", loop_on="args.ids")
    skipped = [request(name, run_if="false") for name in "bc"]
    text = job(loop, *skipped, node("destination", "d", resources_to_persist=["b", "c"])).plan({"ids": [1]}).to_text()

    assert "a: list crm/a, for the one element of args.ids\n" in text
    assert "skipped: it depends on b and c, which do not run\n" in text


def test_long_values() -> None:
    """They are cut."""
    deep: Any = 0
    for _ in range(99_000):
        deep = [deep]
    text = job(request("a", body={"text": "x" * 5000}), request("b", body=deep)).plan().to_text()

    assert max(map(len, text.splitlines())) < 1100
    assert "x...\n" in text
    assert "body  (nested too deeply)\n" in text


def test_notebooks() -> None:
    """IPython shows the text."""

    class Printer:
        shown = ""

        def text(self, text: str) -> None:
            self.shown += text

    plan, printer, inner = job().plan(), Printer(), Printer()
    show: Any = plan._repr_pretty_
    show(printer, cycle=False)
    show(inner, cycle=True)

    assert (plan.to_text().rstrip(), repr(plan)) == (printer.shown, inner.shown)
