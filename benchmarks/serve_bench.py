"""What it costs to serve a feed: this program beside nginx, with the same bytes, in one run.

    python -m benchmarks.serve_bench                     # needs nginx and wrk (Debian: apt install nginx wrk)
    python -m benchmarks.serve_bench --runs 5 --seconds 4 --stories 100

All serve one feed over keep-alive connections on loopback: as 304 to an If-None-Match, and as gzip
(nginx has the packed file ready beside the plain one: gzip_static). "asgi" is this program without its short
way for prepared files. They take turns within each run, so that what else the machine does hits all. Printed
are medians: CPU of the server's process per request, from /proc, its ratio to nginx, requests per second, and
latencies as wrk counts them.
"""

import argparse
import gzip
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import median

from benchmarks.serve_site import FEED, write_site

_TICK = os.sysconf("SC_CLK_TCK")
_CASES = ("304", "gzip")
_NGINX = """
daemon off; master_process on; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; server_tokens off;
  open_file_cache max=100 inactive=60s;
  types {{ application/atom+xml atom; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; root {folder}/site; gzip_static on; gzip_vary on; etag on;
    add_header Cache-Control "public, max-age=300"; add_header X-Content-Type-Options nosniff;
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One measurement of one server."""

    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--stories", type=int, default=100)
    parser.add_argument("--connections", type=int, default=16)
    wanted = parser.parse_args()
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="serve-")))
        size, packed = _site(folder, wanted.stories)
        servers = {
            "moonwire": _moonwire(folder, stack),
            "asgi": _moonwire(folder, stack, "asgi"),
            "nginx": _nginx(folder, stack),
        }
        print(f"{FEED}: {size} bytes, {packed} in gzip; {wanted.connections} connections, {wanted.runs} runs")
        for _ in range(wanted.runs):
            for case in _CASES:
                for name, (port, pid) in servers.items():
                    costs[name, case].append(_measured(port, pid, case, wanted))
    _print(costs)


def _site(folder: Path, stories: int) -> tuple[int, int]:
    """Write the feed plain and packed; returns both sizes."""
    folder.chmod(0o755)  # nginx's worker is another user when this one is root
    site = folder / "site"
    write_site(site, stories)
    plain = (site / FEED).read_bytes()
    packed = gzip.compress(plain, compresslevel=9, mtime=0)
    (site / f"{FEED}.gz").write_bytes(packed)
    return len(plain), len(packed)


def _started(command: list[str], stack: ExitStack) -> subprocess.Popen[str]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    stack.callback(process.wait)
    stack.callback(process.send_signal, signal.SIGTERM)
    return process


def _moonwire(folder: Path, stack: ExitStack, *how: str) -> tuple[int, int]:
    process = _started([sys.executable, "-m", "benchmarks.serve_site", str(folder / "site"), *how], stack)
    assert process.stdout is not None
    return int(process.stdout.readline()), process.pid


def _nginx(folder: Path, stack: ExitStack) -> tuple[int, int]:
    port = 18_480
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port), encoding="ascii")
    process = _started(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], stack)
    for _ in range(100):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
        if children:
            return port, int(children.split()[0])
        time.sleep(0.05)
    sys.exit("nginx did not start; is the port free?")


def _measured(port: int, pid: int, case: str, wanted: argparse.Namespace) -> Cost:
    headers = {"Accept-Encoding": "gzip", "User-Agent": "bench/1 (+https://bench.example/)"}
    if case == "304":
        headers["If-None-Match"] = _etag(port, headers)
    options = [each for name, value in headers.items() for each in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{wanted.connections}", f"-d{wanted.seconds}s", "--latency", *options]
    before = _cpu_s(pid)
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/{FEED}"], capture_output=True, text=True, check=True
    ).stdout
    spent = _cpu_s(pid) - before
    requests = int(_found(r"(\d+) requests in", told))
    bad = re.search(r"Socket errors.*|Non-2xx or 3xx.*", told)
    if bad:
        sys.exit(f"port {port}: {bad.group()}")
    return Cost(
        cpu_us=spent / requests * 1e6,
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", told)),
        p50_ms=_ms(_found(r"50%\s+(\S+)", told)),
        p99_ms=_ms(_found(r"99%\s+(\S+)", told)),
    )


def _etag(port: int, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/{FEED}", headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.headers["content-encoding"] == "gzip"
    return str(answer.headers["etag"])


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, text
    return match.group(1)


def _ms(text: str) -> float:
    """Read a span as wrk writes it; what it could not count, on a busy machine, is no number."""
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[match[2]] if match else nan


def _print(costs: dict[tuple[str, str], list[Cost]]) -> None:
    print(f"{'':10}{'':6}{'CPU µs':>9}{'ratio':>8}{'1/s':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for case in _CASES:
        base = median(cost.cpu_us for cost in costs["nginx", case])
        for name in ("moonwire", "asgi", "nginx"):
            own = costs[name, case]
            cpu = median(cost.cpu_us for cost in own)
            rest = [median(getattr(cost, field) for cost in own) for field in Cost.__slots__[1:]]
            print(f"{name:10}{case:6}{cpu:9.1f}{cpu / base:8.2f}{rest[0]:9.0f}{rest[1]:9.2f}{rest[2]:9.2f}")


if __name__ == "__main__":
    main()
