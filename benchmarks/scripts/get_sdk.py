"""One get with the SDK, all defaults."""

import sys

from truto_sync import Truto

_, base_url, ca, token, job_id = sys.argv

with Truto(token, base_url=base_url, ssl=ca) as truto:
    job = truto.sync_jobs.get(job_id)
if job.id != job_id:
    sys.exit("another job")
