"""The feeds that are pushed, as they are now: those of the site that name a hub, and filtered ones."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Final, Protocol
from urllib.parse import unquote

from feeds.model import Stamp
from feeds.publish import clean
from feeds.publish.library import FACETS, Library
from feeds.publish.serving import hub
from feeds.publish.serving.live import answer
from feeds.publish.serving.prepared import Prepared, Site
from feeds.publish.site import SiteFile
from store import Payload
from store.subscriptions import Document

_FORM: Final = "application/x-www-form-urlencoded"
_OK = 200


class Shown(Protocol):
    """Whatever has a site and a library: the wire."""

    @property
    def site(self) -> Site:
        """All prepared files."""
        ...

    @property
    def library(self) -> Library:
        """What answers for filtered feeds."""
        ...


def topic_of(base_url: str, path: str) -> str:
    """Return the address of a feed, as the feed says it itself (rel=self)."""
    return f"{clean.address(base_url).rstrip('/')}{path}"


def main_documents(site: Site, base_url: str) -> list[Document]:
    """Return the prepared feeds that name a hub; external hubs serve them as well."""
    return [
        _prepared(topic_of(base_url, path), each)
        for path, each in site.files.items()
        if _names_hub(each.links)
    ]


def file_documents(
    files: Mapping[str, SiteFile], stamps: Mapping[str, Stamp], base_url: str, hubs: Collection[str]
) -> list[Document]:
    """Return the feeds that name one of `hubs`, of a site that was rendered for a folder."""
    return [
        _document(
            topic_of(base_url, f"/{path}"), file.body, file.content_type, file.links, stamps[path].digest
        )
        for path, file in files.items()
        if any(rel == "hub" and href in hubs for rel, href in file.links)
    ]


def document_of(shown: Shown, base_url: str, topic: str) -> Document | None:
    """Return a feed by its address; None when this site has none there that is pushed."""
    path = hub.path_of(topic, base_url)
    prepared = shown.site.files.get(path)
    if prepared is not None:
        return _prepared(topic, prepared) if _names_hub(prepared.links) else None
    if path.removeprefix("/").partition("/")[0] not in FACETS:
        return None
    reply = answer(shown.library, unquote(path), b"")
    if reply.status != _OK or not _names_hub(reply.links) or dict(reply.links).get("self") != topic:
        return None
    digest = hashlib.blake2b(reply.body, digest_size=16).hexdigest()
    return Document(topic=topic, digest=digest, payload=_payload(reply.body, reply.content_type, reply.links))


def _prepared(topic: str, prepared: Prepared) -> Document:
    variant = prepared.variants["identity"]
    content_type = dict(variant.full)[b"content-type"].decode()
    return _document(topic, variant.body, content_type, prepared.links, prepared.digest)


def _document(
    topic: str, body: bytes, content_type: str, links: tuple[tuple[str, str], ...], digest: str
) -> Document:
    ping = Payload(body=hub.ping(topic), content_type=_FORM)
    return Document(topic=topic, digest=digest, payload=_payload(body, content_type, links), ping=ping)


def _payload(body: bytes, content_type: str, links: tuple[tuple[str, str], ...]) -> Payload:
    """Give a document the headers that WebSub 7 wants: its type, its hubs and itself, as it is served."""
    link = ", ".join(f'<{href}>; rel="{rel}"' for rel, href in links)
    return Payload(body=body, content_type=content_type, headers=(("Link", link),))


def _names_hub(links: tuple[tuple[str, str], ...]) -> bool:
    return any(rel == "hub" for rel, _ in links)
