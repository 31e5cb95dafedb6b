"""The farm's web server: every feed its own origin, in a process whose cost nobody counts.

Run by `whole_job`: `python -m benchmarks.farm.serve FOLDER FIRST_PORT FEEDS DEAD DRIPPING [CERT KEY]`. It
serves FOLDER/current, with validators and gzip. Of the feeds, the first DEAD accept and stay silent, the next
DRIPPING send a byte each second.
"""

import asyncio
import resource
import ssl
import sys
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from benchmarks.farm.make import name_of

_PACE_S = 1.0


class Farm:
    """Answers for all feeds."""

    def __init__(self, folder: Path, dead: int, dripping: int) -> None:
        self._current = folder / "current"
        self._dead = dead
        self._dripping = dripping

    async def talk(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to feed `number` until the other side has enough."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if number < self._dead:
                    await reader.read()
                    break
                if number < self._dead + self._dripping:
                    await _drip(writer)
                writer.write(self._answer(number, head))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    def _answer(self, number: int, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")[1:]
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path = self._current / name_of(number)
        changed = path.stat().st_mtime
        etag = f'"{int(changed):x}-{path.stat().st_size:x}"'
        common = f"ETag: {etag}\r\nLast-Modified: {formatdate(changed, usegmt=True)}\r\n"
        if _fresh(fields, etag, changed):
            return f"HTTP/1.1 304 Not Modified\r\n{common}\r\n".encode()
        packed = "gzip" in fields.get("accept-encoding", "")
        body = (path.with_suffix(".xml.gz") if packed else path).read_bytes()
        coding = "Content-Encoding: gzip\r\n" if packed else ""
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
            f"Content-Length: {len(body)}\r\n{coding}{common}\r\n"
        ).encode() + body


def _fresh(fields: dict[str, str], etag: str, changed: float) -> bool:
    if "if-none-match" in fields:
        return etag in fields["if-none-match"]
    since = fields.get("if-modified-since")
    return bool(since) and parsedate_to_datetime(str(since)).timestamp() >= int(changed)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(_PACE_S)


async def serve(farm: Farm, port: int, feeds: int, context: ssl.SSLContext | None) -> None:
    """Listen on `feeds` ports from `port` on for ever; says on standard output when all are open."""

    async def open_one(number: int) -> asyncio.Server:
        return await asyncio.start_server(
            lambda reader, writer: farm.talk(number, reader, writer), "127.0.0.1", port + number, ssl=context
        )

    servers = [await open_one(number) for number in range(feeds)]
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


def main(arguments: list[str]) -> None:
    """Read the command line and serve."""
    folder, port, feeds, dead, dripping, *keys = arguments
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    context = None
    if keys:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*keys)
    farm = Farm(Path(folder), int(dead), int(dripping))
    asyncio.run(serve(farm, int(port), int(feeds), context))


if __name__ == "__main__":
    main(sys.argv[1:])
