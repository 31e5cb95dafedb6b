"""`hub list`, `hub drop`, and `publish` telling hubs: the command line as typed, over real HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler import cli
from store import Payload, Settled, Store
from store.subscriptions import Document, Subscription, Tellers
from tests.fakes_http import RawServer
from tests.fakes_posts import Answer, Came, PostServer
from tests.town import Output, answer, configure, empty_home, read_here, rows, run

FEED = "https://wire.example/feed.atom"
BASE = "[serve]\nbase_url = 'https://wire.example'\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    read_here(monkeypatch)
    return empty_home(tmp_path, monkeypatch)


def subscribe(work: Path, *callbacks: str, secret: str = "") -> None:
    """Keep subscriptions and deliver one document, which only the first gets."""
    now = datetime.now(UTC)
    with Store.open(work / "wire.db") as store:
        store.subscriptions.add_all(
            Subscription(
                topic=FEED,
                callback=each,
                host="reader.example:443",
                secret=secret,
                since=now,
                expires=now + timedelta(days=1),
            )
            for each in callbacks
        )
        payload = Payload(body=b"x", content_type="text/plain")
        for digest in ("1", "2"):
            document = Document(topic=FEED, digest=digest, payload=payload)
            store.subscriptions.announce([document], Tellers(deliver="hub", ping="ping"), now=now)
        (first, *_) = store.outbox.claim({"hub"}, now=now, until=now + timedelta(minutes=1), limit=1)
        store.outbox.settle([Settled(delivery=first, state="sent", status=204)], now=now)


def test_subscriptions_are_listed_and_dropped(work: Path, capsys: Output) -> None:
    """With lease and last delivery, without secrets; who is dropped is told by the daemon."""
    configure(work, more=BASE + "hub = true\n")
    subscribe(work, "https://reader.example/1", "https://reader.example/2", secret="s3cret")
    one, two = rows(capsys, "hub", "list")
    assert (one["kind"], one["callback"], one["topic"], one["signed"]) == (
        "subscription",
        "https://reader.example/1",
        FEED,
        True,
    )
    assert (one["outcome"], one["status"], one["attempts"], one["error"]) == ("sent", 204, 1, None)
    assert (two["outcome"], two["status"], two["attempts"]) == ("waiting", None, 0)
    assert two["next_try"]
    shown = run(capsys, "hub", "list")
    assert "https://reader.example/2" in shown.replace("\n", "")
    assert "s3cret" not in shown
    (dropped,) = rows(capsys, "hub", "drop", "https://reader.example/2")
    assert dropped == {"callback": "https://reader.example/2", "topic": FEED}
    with Store.open(work / "wire.db") as store:
        assert store.outbox.waiting("hub") == 0
        assert store.outbox.waiting("hub-deny") == 1
    assert len(rows(capsys, "hub", "list")) == 1
    assert "does not get" in run(capsys, "hub", "drop", "https://reader.example/1")
    run(capsys, "hub", "drop", "https://reader.example/1", code=2)


def test_an_empty_hub_says_what_to_do(work: Path, capsys: Output) -> None:
    """No subscription, and no hub either."""
    configure(work)
    cli.run(["hub", "list"])
    out, err = capsys.readouterr()
    assert "0 subscriptions. This site runs no hub: set [serve] hub." in out + err


def test_publish_tells_hubs_of_what_changed(work: Path, capsys: Output) -> None:
    """Not of what it writes first, nor of what stays; `hub list` shows it."""
    with RawServer(answer) as town, PostServer() as hub:
        configure(work, town.url("/feed"), more=f"{BASE}[publish]\nhubs = ['{hub.url('/hub')}']\n")
        run(capsys, "publish", "site")
        assert hub.seen == []
        run(capsys, "fetch")
        cli.run(["publish", "site"])
        out, err = capsys.readouterr()
        assert "Hubs were told of" in out + err
        told = {came.body.decode() for came in hub.seen}
        assert "hub.mode=publish&hub.url=https%3A%2F%2Fwire.example%2Ffeed.atom" in told
        count = len(hub.seen)
        run(capsys, "publish", "site")
        assert len(hub.seen) == count
        listed = rows(capsys, "hub", "list")
        assert {row["kind"] for row in listed} == {"hub"}
        assert {row["outcome"] for row in listed} == {"sent"}
        assert "arrived" in run(capsys, "hub", "list").replace("\n", " ")
    assert '<atom:link rel="hub"' in (work / "site" / "feed.rss").read_text()


def test_a_hub_that_is_down_is_told_later(work: Path, capsys: Output) -> None:
    """The command says so in one sentence, writes what it should, and ends well."""

    def down(_: Came) -> Answer:
        return Answer(500)

    with RawServer(answer) as town, PostServer(down) as hub:
        configure(work, town.url("/feed"), more=f"{BASE}[publish]\nhubs = ['{hub.url('/hub')}']\n")
        run(capsys, "publish", "site")
        run(capsys, "fetch")
        assert cli.run(["publish", "site"]) == 0
        out, err = capsys.readouterr()
        assert "are told when this is run again:" in out + err
        assert "it answered 500 (Internal Server Error)" in (out + err).replace("\n", " ")


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ("[serve]\nhub = true\n", "[serve] hub"),
        ("[publish]\nhubs = ['https://h.example/']\n", "[publish] hubs"),
    ],
)
def test_a_hub_needs_the_public_address(work: Path, capsys: Output, more: str, place: str) -> None:
    """What follows from host and port is no address for others."""
    configure(work, more=more)
    assert cli.run(["hub", "list"]) == 2
    err = capsys.readouterr()[1].replace("\n", " ")
    assert f"{place}: needs [serve] base_url, the address under which others reach the feeds." in err
