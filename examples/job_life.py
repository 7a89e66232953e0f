"""The life of a sync job, blocking: created, run, watched, its state read, scheduled, stopped, deleted.

Set TRUTO_API_TOKEN, and run `python examples/job_life.py <integrated account id>`.
"""

import sys

from truto_sync import (
    DestinationConfig,
    DestinationNode,
    RequestNode,
    RunFinished,
    RunProgress,
    StateConfig,
    Truto,
    UpdateStateNode,
)

ACCOUNT = "{{args.integrated_account_id}}"


def main(account: str) -> None:
    """Take a job through its life."""
    with Truto() as truto:
        webhook = truto.webhooks.create(target_url="https://app.example/hooks/truto")
        job = truto.sync_jobs.create(
            label="Tickets",
            integration_name="zendesk",
            args_schema={
                "integrated_account_id": {"type": "string", "format": "integrated_account_id", "required": True},
                "webhook_id": {"type": "string", "format": "webhook_id", "required": True},
            },
            state_key=ACCOUNT,
            resources=[
                RequestNode(name="tickets", resource="ticketing/tickets", method="list", integrated_account_id=ACCOUNT),
                UpdateStateNode(name="seen", depends_on="tickets", config=StateConfig(key="last_account", value=ACCOUNT)),
                DestinationNode(
                    name="to_app",
                    destination_type="webhook",
                    config=DestinationConfig(id="{{args.webhook_id}}"),
                    resources_to_persist=["tickets"],
                ),
            ],
        )
        print("created", job.label)

        args = {"integrated_account_id": account, "webhook_id": webhook.id}
        run = truto.sync_job_runs.start(job.id, args=args, check_args=True)
        for event in truto.sync_job_runs.watch(run):
            if isinstance(event, RunProgress):
                print(event.node, dict(event.counters))
            elif isinstance(event, RunFinished):
                print("run", event.run.status)

        for entry in truto.sync_job_run_state.state(account).items():
            print("state", entry.key, entry.value)

        trigger = truto.sync_job_cron_triggers.create(sync_job_id=job.id, cron_expression="0 6 * * *", args=args)
        truto.sync_job_cron_triggers.schedule(trigger.id)
        print("scheduled", trigger.cron_expression)

        second = truto.sync_job_runs.start(job.id, args=args)
        print("second run", truto.sync_job_runs.stop(second.id).status)

        truto.sync_job_cron_triggers.delete(trigger.id)
        truto.sync_jobs.delete(job.id)
        truto.webhooks.delete(webhook.id)
        print("deleted")


if __name__ == "__main__":
    main(sys.argv[1])
