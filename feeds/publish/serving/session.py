"""The operator's sessions and forms: signed by keys that come of the token, so nothing has to be stored.

A session is "expiry.nonce.signature"; the seal of a form is bound to its session, item and action. Pure but
for what is counted in memory: wrong tokens, and sessions that were signed out.
"""

import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from feeds.model.value import Value

SESSION_S = 12 * 3600
LEAST_TOKEN = 16
"""Characters of the shortest token."""
TRIES = 5
"""Wrong tokens within `WINDOW_S` after which a client has to wait."""
WINDOW_S = 60
LONGEST_WAIT_S = 3600
_CLIENTS = 4096
_SIGNED_OUT = 1024
_PARTS = 3
_LONGEST = 200
_DIGITS = 12


class Keys(Value, frozen=True, kw_only=True):
    """What is signed and checked by one token."""

    UNSHOWN = frozenset(("token",))

    token: str

    def is_token(self, text: str) -> bool:
        """Say whether a text is the token, in a time that does not tell how much of it is right."""
        return hmac.compare_digest(_bytes(text), _bytes(self.token))

    def opened(self, now: datetime, nonce: str) -> str:
        """Return a new session; `nonce` is random and has no dot in it."""
        head = f"{int(now.timestamp()) + SESSION_S}.{nonce}"
        return f"{head}.{self._sign('session', head)}"

    def until(self, session: str, now: datetime) -> datetime | None:
        """Return when a session ends; None for one that has ended or that this token did not sign."""
        parts = session.split(".") if len(session) <= _LONGEST else []
        if len(parts) != _PARTS:
            return None
        expires, nonce, signature = parts
        if not hmac.compare_digest(_bytes(signature), _bytes(self._sign("session", f"{expires}.{nonce}"))):
            return None
        if not (expires.isascii() and expires.isdigit() and len(expires) <= _DIGITS):
            return None
        ends = datetime.fromtimestamp(int(expires), UTC)
        return ends if ends > now else None

    def seal(self, session: str, item: str, action: str) -> str:
        """Return what a form of a session carries to show that this site made it."""
        return self._sign("form", session, item, action)

    def is_seal(self, text: str, session: str, item: str, action: str) -> bool:
        """Say whether a form was made for this session, item and action."""
        return hmac.compare_digest(_bytes(text), _bytes(self.seal(session, item, action)))

    def _sign(self, purpose: str, *parts: str) -> str:
        key = hmac.digest(_bytes(self.token), _bytes(f"moonwire {purpose}"), hashlib.sha256)
        said = b"".join(len(part).to_bytes(8, "big") + part for part in map(_bytes, parts))
        return hmac.new(key, said, hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@dataclass(slots=True)
class _Client:
    wrong: int
    last: datetime


class Attempts:
    """Wrong tokens by client: after `TRIES` of them each further one doubles the wait. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: OrderedDict[str, _Client] = OrderedDict()

    def wait_s(self, client: str, now: datetime) -> int:
        """Return for how many seconds nothing of a client is looked at; 0 when it may try."""
        with self._lock:
            known = self._clients.get(network(client))
            if known is None or known.wrong < TRIES:
                return 0
            left = known.last + timedelta(seconds=_wait(known.wrong)) - now
            return max(0, -(-left // timedelta(seconds=1)))

    def wrong(self, client: str, now: datetime) -> None:
        """Count a wrong token; a client that was quiet for long enough begins anew."""
        name = network(client)
        with self._lock:
            known = self._clients.pop(name, None)
            if known is None or now - known.last > timedelta(seconds=2 * _wait(known.wrong)):
                known = _Client(wrong=0, last=now)
            known.wrong, known.last = known.wrong + 1, now
            self._clients[name] = known
            if len(self._clients) > _CLIENTS:
                self._clients.popitem(last=False)

    def right(self, client: str) -> None:
        """Forget what a client got wrong."""
        with self._lock:
            self._clients.pop(network(client), None)


def _wait(wrong: int) -> int:
    return min(LONGEST_WAIT_S, WINDOW_S << min(10, max(0, wrong - TRIES)))


def network(client: str) -> str:
    """Return whom an address stands for: one machine of IPv4, a network of 64 bits of IPv6."""
    try:
        address = ip_address(client)
    except ValueError:
        return client[:_LONGEST]
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


class SignedOut:
    """Sessions that end before their time; the newest thousand are remembered. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gone: OrderedDict[str, None] = OrderedDict()

    def add(self, session: str) -> None:
        """End a session."""
        with self._lock:
            self._gone[session] = None
            if len(self._gone) > _SIGNED_OUT:
                self._gone.popitem(last=False)

    def __contains__(self, session: str) -> bool:
        with self._lock:
            return session in self._gone


def is_own(headers: Mapping[str, str], base_url: str) -> bool:
    """Say whether a request was made by a page of this site, as far as the browser tells.

    What is not sent says nothing: scripts send neither. An Origin of "null" is believed only where
    Sec-Fetch-Site (W3C Fetch Metadata) vouches for it.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in {None, "same-origin", "none"}:
        return False
    if origin is None:
        return True
    if origin == "null":
        return site == "same-origin"
    base, host = urlsplit(base_url.lower()), headers.get("host", "").lower()
    good = {f"{base.scheme}://{base.netloc}", f"https://{host}"}
    if base.scheme != "https":
        good.add(f"http://{host}")
    return origin.lower() in good


def cookie_of(header: str, name: str) -> str:
    """Return the value of a cookie (RFC 6265 5.4); the first of its name counts."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
