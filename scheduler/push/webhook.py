"""A notice to a webhook: one guarded POST of JSON, signed where the operator has agreed on a secret."""

import hashlib
import hmac
from typing import TYPE_CHECKING

from feeds.model.posting import PostRequest
from scheduler.config.notify_types import NotifyRule
from scheduler.log import hosts_only
from scheduler.push.courier import Failed, Result, result_of

if TYPE_CHECKING:
    from feeds.intake.post import Poster

JSON_TYPE = "application/json"
SIGNATURE = "X-Moonwire-Signature"


def signature(secret: str, body: bytes) -> str:
    """Return the header's value: HMAC-SHA-256 (RFC 2104) of the body's bytes, as hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(poster: "Poster", rule: NotifyRule, body: bytes) -> Result:
    """POST a notice; the sentence of a failure names the host only, since a webhook's path is a secret."""
    headers = ((SIGNATURE, signature(rule.secret, body)),) if rule.secret else ()
    request = PostRequest(url=rule.to, body=body, content_type=JSON_TYPE, headers=headers)
    result = result_of(poster.post(request))
    if isinstance(result, Failed):
        return Failed(
            sentence=hosts_only(result.sentence),
            status=result.status,
            retry_after_s=result.retry_after_s,
            final=result.final,
        )
    return result
