"""The protocol of a WebSub hub (W3C Recommendation of 2018-01-23): requests, decisions and texts. Pure.

Only what a hub of a site's own feeds needs: subscribers ask for a feed (5.1), their wish is verified by a
random challenge (5.3) or denied (5.2), and they get the whole new document signed with their secret (7, 7.1).
Publishing is nobody else's business here.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from feeds.model.value import Value
from feeds.publish import clean

Mode = Literal["subscribe", "unsubscribe"]

PATH: Final = "/hub"
LONGEST_BODY: Final = 16_384
"""Bytes of a form: two addresses, each of whose characters may be quoted, and the rest."""
LONGEST_CALLBACK: Final = 2_048
LONGEST_SECRET: Final = 199
"""Bytes: 5.1 wants less than 200."""
LEAST_LEASE_S: Final = 300
DEFAULT_LEASE_S: Final = 10 * 86_400
MOST_LEASE_S: Final = 30 * 86_400
METHOD: Final = "sha256"
"""Of the signature (7.1); the older sha1 is not offered."""
ANSWER_BYTES: Final = 1_024
"""How much of the answer to a challenge is looked at; the challenge has 43 characters."""
_FIELDS = 32
_FORM = "application/x-www-form-urlencoded"
_PLAIN = r"!$%&'()*+,;=:.\[\]~\w\-"
_ADDRESS = re.compile(rf"https?://[{_PLAIN}]+([/?][{_PLAIN}/?@]*)?", re.ASCII | re.IGNORECASE)
"""Of http, without user, password and fragment, in the characters of RFC 3986."""
_SECONDS = re.compile(r"[0-9]{1,12}")
_OURS = ("hub.mode", "hub.callback", "hub.topic", "hub.lease_seconds", "hub.secret")


class Wish(Value, frozen=True, kw_only=True):
    """What somebody asks of the hub. Maker: `wish_of`. Taker: `scheduler.push.hub`."""

    UNSHOWN = frozenset(("secret",))

    mode: Mode
    callback: str
    topic: str
    lease_s: int = DEFAULT_LEASE_S
    """Already within our bounds."""
    secret: str = ""


class Refused(Value, frozen=True, kw_only=True):
    """A request that is not obeyed: status and one sentence (5.2 wants a description as plain text)."""

    status: int
    sentence: str
    retry_after_s: int | None = None


def wish_of(content_type: str, body: bytes) -> Wish | Refused:
    """Read a subscription request (5.1); parameters that are not ours are left alone, as 5.1 has it."""
    if content_type.partition(";")[0].strip().lower() != _FORM:
        return Refused(status=415, sentence=f"A subscription request is a POST of {_FORM}.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"
        )
    except ValueError:
        return Refused(status=400, sentence="This is no form.")
    names = [name for name, _ in pairs]
    twice = next((name for name in _OURS if names.count(name) > 1), None)
    if twice:
        return Refused(status=400, sentence=f"{twice} stands there more than once.")
    return _wish(dict(pairs))


def _wish(form: Mapping[str, str]) -> Wish | Refused:
    mode, callback, topic = (form.get(name, "") for name in ("hub.mode", "hub.callback", "hub.topic"))
    secret, lease = form.get("hub.secret", ""), form.get("hub.lease_seconds", "")
    for wrong in (_wrong_mode(mode), _wrong_callback(callback), _wrong_rest(topic, lease, secret)):
        if wrong:
            return Refused(status=400, sentence=wrong)
    known: Mode = "subscribe" if mode == "subscribe" else "unsubscribe"
    return Wish(mode=known, callback=callback, topic=topic, lease_s=lease_of(lease), secret=secret)


def _wrong_mode(mode: str) -> str:
    if mode == "publish":
        return "This hub serves the feeds of its own site only and knows by itself when they change."
    return "" if mode in {"subscribe", "unsubscribe"} else "hub.mode is subscribe or unsubscribe."


def _wrong_callback(callback: str) -> str:
    if not callback:
        return "hub.callback is missing."
    if len(callback) > LONGEST_CALLBACK:
        return f"hub.callback may have {LONGEST_CALLBACK} characters."
    if not _ADDRESS.fullmatch(callback) or not clean.address(callback):
        return (
            "hub.callback is an http or https address in the characters of RFC 3986, without user name, "
            "password and fragment."
        )
    return ""


def _wrong_rest(topic: str, lease: str, secret: str) -> str:
    if not topic:
        return "hub.topic is missing."
    if lease and not _SECONDS.fullmatch(lease):
        return "hub.lease_seconds is a number of seconds."
    if len(secret.encode("utf-8", "surrogatepass")) > LONGEST_SECRET:
        return "hub.secret has to have less than 200 bytes."
    return ""


def lease_of(asked: str) -> int:
    """Return the seconds that are granted for those asked for; none asked for give the default."""
    return min(MOST_LEASE_S, max(LEAST_LEASE_S, int(asked))) if asked else DEFAULT_LEASE_S


def path_of(topic: str, base_url: str) -> str:
    """Return the path of a topic on the site, `/` first; empty when it is no address of the site."""
    base = clean.address(base_url).rstrip("/")
    return topic[len(base) :] if base and topic.startswith(f"{base}/") else ""


def verification_url(wish: Wish, challenge: str) -> str:
    """Return the address that asks a callback whether it wants this (5.3); its own query stays."""
    asked = {"hub.mode": wish.mode, "hub.topic": wish.topic, "hub.challenge": challenge}
    if wish.mode == "subscribe":
        asked["hub.lease_seconds"] = str(wish.lease_s)
    return _with_query(wish.callback, asked)


def is_confirmed(body: bytes, challenge: str) -> bool:
    """Say whether an answer repeats the challenge and nothing else (5.3), in constant time."""
    return hmac.compare_digest(body, challenge.encode("ascii"))


def denial_url(callback: str, topic: str, reason: str) -> str:
    """Return the address that tells a callback that it will get nothing (any more) (5.2)."""
    return _with_query(callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason})


def signature(secret: str, body: bytes) -> str:
    """Return the value of X-Hub-Signature (7.1): method and HMAC (RFC 2104) of the body, hexadecimal."""
    return f"{METHOD}={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def ping(topic: str) -> bytes:
    """Return the form that tells an external hub that a feed changed, as its hubs in use understand it."""
    return urlencode({"hub.mode": "publish", "hub.url": topic}).encode("ascii")


def _with_query(address: str, more: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(more)}"


Register = Callable[[Wish], Refused | None]
"""Takes a wish for verification; a value says why it does not. Maker: `scheduler.push.hub`."""
