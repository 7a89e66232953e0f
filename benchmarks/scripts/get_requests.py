"""One get with requests."""

import sys

import requests

_, base_url, ca, token, job_id = sys.argv

with requests.Session() as session:
    session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
    session.verify = ca
    response = session.get(f"{base_url}/sync-job/{job_id}")
    response.raise_for_status()
    job = response.json()
if job["id"] != job_id:
    sys.exit("another job")
