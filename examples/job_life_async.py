"""The life of a sync job, with asyncio: created, run, watched, its state read, scheduled, stopped, deleted.

Set TRUTO_API_TOKEN, and run `python examples/job_life_async.py <integrated account id>`.
"""

import asyncio
import sys

from truto_async import (
    AsyncTruto,
    DestinationConfig,
    DestinationNode,
    RequestNode,
    RunFinished,
    RunProgress,
    StateConfig,
    UpdateStateNode,
)

ACCOUNT = "{{args.integrated_account_id}}"


async def main(account: str) -> None:
    """Take a job through its life."""
    async with AsyncTruto() as truto:
        webhook = await truto.webhooks.create(target_url="https://app.example/hooks/truto")
        job = await truto.sync_jobs.create(
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
        run = await truto.sync_job_runs.start(job.id, args=args, check_args=True)
        async for event in truto.sync_job_runs.watch(run):
            if isinstance(event, RunProgress):
                print(event.node, dict(event.counters))
            elif isinstance(event, RunFinished):
                print("run", event.run.status)

        async for entry in truto.sync_job_run_state.state(account).items():
            print("state", entry.key, entry.value)

        trigger = await truto.sync_job_cron_triggers.create(sync_job_id=job.id, cron_expression="0 6 * * *", args=args)
        await truto.sync_job_cron_triggers.schedule(trigger.id)
        print("scheduled", trigger.cron_expression)

        second = await truto.sync_job_runs.start(job.id, args=args)
        stopped = await truto.sync_job_runs.stop(second.id)
        print("second run", stopped.status)

        await truto.sync_job_cron_triggers.delete(trigger.id)
        await truto.sync_jobs.delete(job.id)
        await truto.webhooks.delete(webhook.id)
        print("deleted")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
