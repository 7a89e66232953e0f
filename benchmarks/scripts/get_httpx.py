"""One get with httpx."""

import ssl
import sys

import httpx

_, base_url, ca, token, job_id = sys.argv

headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
with httpx.Client(headers=headers, verify=ssl.create_default_context(cafile=ca)) as client:
    job = client.get(f"{base_url}/sync-job/{job_id}").raise_for_status().json()
if job["id"] != job_id:
    sys.exit("another job")
