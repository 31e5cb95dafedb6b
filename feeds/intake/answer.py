"""The head of an HTTP/1.x answer, read strictly and within caps.

`http.client` takes 102 and 103 for the final answer, lets a colon-less line end the headers, and
takes the first of two differing Content-Lengths; none of that is safe with servers we do not know.
"""

import http.client
import re

from feeds.intake.wire import Exchange, ExchangeError, PlainSocket, TlsSocket

_MAX_LINE = 65_536
_MAX_INTERIM = 8
_STATUS_LINE = re.compile(r"HTTP/1\.([0-9]) ([1-5][0-9][0-9])(?: |$)")
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TOKEN = re.compile(_NAME)
_USUAL_FIELDS = re.compile(rf"(?:{_NAME}:[^\n]*\n)*+\r?\n".encode())
"""Header lines without folds and faults, and the empty line behind them."""
_SWITCHING = 101
_NO_BODY = frozenset({204, 304})


class Answer(http.client.HTTPResponse):
    """`http.client.HTTPResponse` with a head parser of our own; the body code is the standard one."""

    def __init__(self, sock: PlainSocket | TlsSocket) -> None:
        super().__init__(sock, method="GET")  # asked by urllib3: only HEAD would change how a body ends
        self._exchange: Exchange = sock.exchange

    def begin(self) -> None:
        """Read status line and headers, past interim answers (RFC 9110 15.2); raises ExchangeError."""
        for _ in range(_MAX_INTERIM):
            minor, status = self._status_line()
            fields = self._fields()
            if status >= 200 or status == _SWITCHING:  # noqa: PLR2004 # below 200 is interim
                break
        else:
            raise _garbled("more than 8 interim answers came")
        if status == _SWITCHING:
            raise _garbled("the server switched protocols unasked")
        self.code = self.status = status
        self.reason = ""
        self.version = 10 if minor == 0 else 11
        self._exchange.in_head = False
        self._exchange.headers = fields
        self._frame(fields)
        if self.length == 0:
            self.read()  # nothing is left to be read: the connection can serve again

    @property
    def framing(self) -> dict[str, str]:
        """How the body ends, as headers: all that urllib3 has to know to read it."""
        if self.chunked:
            return {"transfer-encoding": "chunked"}
        return {} if self.length is None else {"content-length": str(self.length)}

    def _frame(self, fields: dict[str, list[str]]) -> None:
        """Say how the body ends (RFC 9112 6.3)."""
        coding = ",".join(fields.get("transfer-encoding", ())).strip().lower()
        if coding not in {"", "identity", "chunked"}:
            raise _garbled(f"the transfer coding {coding[:40]!r} is unknown")
        self.chunked = coding == "chunked"
        self.chunk_left = None
        lengths = {part.strip() for value in fields.get("content-length", ()) for part in value.split(",")}
        if self.chunked:
            lengths = set()
        if len(lengths) > 1:
            raise _garbled("two different Content-Length values came")
        length = lengths.pop() if lengths else ""
        if length and not (length.isascii() and length.isdigit() and len(length) < 19):  # noqa: PLR2004 # fits 64 bits
            raise _garbled("the Content-Length is no number")
        self.length = int(length) if length else None
        if self.status in _NO_BODY:
            self.length, self.chunked = 0, False
        options = ",".join(fields.get("connection", ())).lower()
        self.will_close = (
            "close" in options
            or self._exchange.single
            or (self.version == 10 and "keep-alive" not in options)  # noqa: PLR2004 # HTTP/1.0, RFC 9112 9.3
            or (self.length is None and not self.chunked)
        )

    def _status_line(self) -> tuple[int, int]:
        line = self._line()
        if not line:
            raise ExchangeError("connect", "the server hung up without an answer", "it is asked again later")
        found = _STATUS_LINE.match(line.rstrip("\r\n"))
        if found is None:
            raise _garbled("the answer is no HTTP/1.x")
        self._exchange.status_seen = True
        return int(found.group(1)), int(found.group(2))

    def _fields(self) -> dict[str, list[str]]:
        ahead = self.fp.peek()
        usual = _USUAL_FIELDS.match(ahead)
        if usual is None or ahead.count(b"\n", 0, usual.end()) > self._exchange.limits.max_headers:
            return self._fields_by_line()
        fields: dict[str, list[str]] = {}
        for line in self.fp.read(usual.end()).decode("latin-1").split("\n")[:-2]:
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), []).append(value.strip(" \t\r"))
        return fields

    def _fields_by_line(self) -> dict[str, list[str]]:
        fields: dict[str, list[str]] = {}
        last: list[str] | None = None
        count = 0
        while True:
            line = self._line()
            if line in {"\r\n", "\n"}:
                return fields
            if not line.endswith("\n"):
                raise ExchangeError(
                    "truncated", "the connection ended within the headers", "it is asked again later"
                )
            count += 1
            if count > self._exchange.limits.max_headers:
                raise _garbled(f"more than {self._exchange.limits.max_headers} headers came")
            if line[0] in " \t":  # RFC 9112 5.2: an obsolete fold counts as a space
                if last is not None:
                    last[-1] = f"{last[-1]} {line.strip()}".strip()
                continue
            name, colon, value = line.partition(":")
            name = name.rstrip(" \t")
            if not colon or not _TOKEN.fullmatch(name):
                raise _garbled("a header line is malformed")
            last = fields.setdefault(name.lower(), [])
            last.append(value.strip(" \t\r\n"))

    def _line(self) -> str:
        line: bytes = self.fp.readline(_MAX_LINE + 1)
        if len(line) > _MAX_LINE:
            raise _garbled("a header line is longer than 64 KiB")
        return line.decode("latin-1")


def _garbled(what: str) -> ExchangeError:
    return ExchangeError("protocol", what, "the publisher's server must be mended")
