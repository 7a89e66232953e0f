"""The configuration of the web server, as text. Nothing here does I/O."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  # dataclasses read it

from benchmarks import jobs

__all__ = ["Ports", "config"]

# A token of nginx's has 4,096 bytes at the most, escapes included.
_PIECE = 2800


@dataclass(frozen=True)
class Ports:
    """Where it listens."""

    plain: int
    tls: int


def config(folder: Path, ports: Ports) -> str:
    """Give a configuration that keeps all its files in one folder and each connection open."""
    pieces, locations = zip(*(_size(name, size) for name, size in jobs.SIZES.items()), strict=True)
    scratch = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
daemon off;
{"user root root;" if os.geteuid() == 0 else ""}
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 8192; }}
http {{
{scratch}
access_log off;
default_type application/json;
types {{ }}
root {folder};
sendfile on;
tcp_nopush on;
open_file_cache max=1000 inactive=1h;
client_header_timeout 1h;
keepalive_timeout 1h;
keepalive_time 24h;
keepalive_requests 1000000000;
variables_hash_max_size 8192;
variables_hash_bucket_size 128;
server_tokens off;
{"".join(pieces)}
server {{
listen 127.0.0.1:{ports.plain} backlog=4096;
listen 127.0.0.1:{ports.tls} ssl backlog=4096;
ssl_certificate {folder}/server.pem;
ssl_certificate_key {folder}/server.pem;
ssl_protocols TLSv1.2 TLSv1.3;
{"".join(locations)}
location ~ ^/5k/sync-job$ {{ try_files /lists/$arg_limit/page$arg_next_cursor =404; }}
location / {{ return 404; }}
}}
}}
"""


def _size(name: str, size: int) -> tuple[str, str]:
    """Give the pieces of a job as variables, and the place where they are put together around the id."""
    head, _, tail = jobs.body(size).decode().partition(jobs.ANY_ID)
    prefix = f"job_{name.replace('.', '_')}_"
    texts = [head, *(tail[start : start + _PIECE] for start in range(0, len(tail), _PIECE))]
    # The values of a geo block are the only ones in which nginx looks for no variables.
    pieces = "".join(f"geo ${prefix}{number} {{ default {_quoted(text)}; }}\n" for number, text in enumerate(texts))
    rest = "".join(f"${{{prefix}{number}}}" for number in range(1, len(texts)))
    path = f"^/{name.replace('.', '[.]')}/sync-job/(?<job>[0-9A-Za-z-]+)$"
    return pieces, f'location ~ "{path}" {{ return 200 "${{{prefix}0}}${{job}}{rest}"; }}\n'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
