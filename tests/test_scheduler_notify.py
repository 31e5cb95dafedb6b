"""From news to a receiver's door by the operator's rules: through the wire, the outbox and real HTTP."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.errors import ConfigError
from feeds.model.value import replace
from scheduler.config.load import parse
from scheduler.push import messenger
from store.notices import KIND
from tests.builders import NOW, at
from tests.fakes_http import RawServer
from tests.fakes_posts import Answer, Came, PostServer
from tests.push_site import PushSite, pushing, settled
from tests.test_scheduler_wire import NEVER, RSS
from tests.town import Output, configure, empty_home, read_here, rows, run

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""Of Apprise itself: it uses a module of the standard library that ends with Python 3.13."""

SECRET = "regolith"
NEWS = (
    "Lunar south pole base: Roscosmos and CNSA agree on ILRS modules",
    "Russia and China plan a nuclear power plant for the lunar research station",
    "Пакистан присоединился к Международной научной лунной станции",
)


def document(*entries: tuple[str, datetime]) -> bytes:
    """Make a feed of titles and their times."""
    items = "".join(
        f"<item><title>{title}</title><link>https://agency.example/{when:%j%H%M}</link>"
        f"<guid>{when:%j%H%M}</guid><pubDate>{format_datetime(when)}</pubDate></item>"
        for title, when in entries
    )
    return RSS.format(items=items).encode()


def rule(server: PostServer, more: str = "", when: str = "every story") -> str:
    """Write a rule that tells this server."""
    return f'[[notify]]\nwhen = "{when}"\nto = "{server.url("/hook/t0ken")}"\n{more}\n'


@contextmanager
def site_of(folder: Path, text: str) -> Iterator[PushSite]:
    """Run a wire with these rules that has read an old story."""
    with pushing(folder, hub=False, more=text) as site:
        site.publisher.body = document((NEWS[0], at(hours=-2)))
        site.turn()
        yield site


def told(came: Came) -> dict[str, Any]:
    """Return the document that came."""
    found: dict[str, Any] = json.loads(came.body)
    return found


def test_news_is_told_once_and_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the first reading; each later story once, with a signature; a restart repeats nothing."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with PostServer() as server:
        text = rule(server, 'secret_env = "HOOK_SECRET"')
        with site_of(tmp_path, text) as site:
            site.publisher.body = document((NEWS[0], at(hours=-2)), (NEWS[1], at(hours=23)))
            site.turn(days=1)
            server.wait()
            settled(site.store, KIND)
            assert site.store.outbox.counts(KIND) == {"waiting": 0, "sent": 1, "given-up": 0}
        (came,) = server.seen
        right = hmac.new(SECRET.encode(), came.body, hashlib.sha256).hexdigest()
        assert (came.method, came.path) == ("POST", "/hook/t0ken")
        assert came.headers["x-moonwire-signature"] == f"sha256={right}"
        assert came.headers["content-type"] == "application/json"
        assert (told(came)["kind"], told(came)["title"]) == ("story", NEWS[1])
        assert told(came)["page"].startswith("http://127.0.0.1:")
        with pushing(tmp_path, hub=False, more=text) as again:
            again.publisher.body = document((NEWS[1], at(hours=23)), (NEWS[2], at(hours=30)))
            again.turn(hours=31)
            server.wait()
            settled(again.store, KIND)
        assert [told(each)["title"] for each in server.seen] == [NEWS[1], NEWS[2]]


def test_a_receiver_that_fails_is_asked_again(tmp_path: Path) -> None:
    """The same id at each try, so that it can tell; what it said stands in the list without its path."""
    answers = iter([Answer(503, Retry_After="60"), Answer(204)])
    with PostServer(lambda _: next(answers)) as server, site_of(tmp_path, rule(server)) as site:
        site.publisher.body = document((NEWS[1], at(hours=23)))
        site.turn(days=1)
        server.wait()
        while (line := site.store.outbox.lines({KIND})[0]).settled is None:
            NEVER.wait(0.01)
        assert "503" in line.error
        assert "t0ken" not in line.error
        site.clock.ticks(hours=1)
        site.push.station.dispatcher.wake()
        server.wait()
        settled(site.store, KIND)
        assert told(server.seen[0])["id"] == told(server.seen[1])["id"]


def test_private_networks_are_not_told_without_leave(tmp_path: Path) -> None:
    """A webhook is guarded like a fetch: refused for good, in one sentence that names no path."""
    text = '[[notify]]\nwhen = "every story"\nto = "http://10.0.0.1/hook/t0ken"\n'
    with site_of(tmp_path, text) as site:
        site.publisher.body = document((NEWS[1], at(hours=23)))
        site.turn(days=1)
        while not site.store.outbox.counts(KIND)["given-up"]:
            NEVER.wait(0.01)
        (line,) = site.store.outbox.lines({KIND})
        site.wire.refresh()
        assert site.wire.health["told"] == {"waiting": 0, "given_up": 1}
    assert (line.state, line.attempts) == ("given-up", 1)
    assert line.error.startswith("10.0.0.1: ")
    assert "private" in line.error
    assert "t0ken" not in line.error


def test_a_source_that_falls_silent_is_told(tmp_path: Path) -> None:
    """Once per silence, by a rule of its own."""
    with PostServer() as server, pushing(tmp_path, hub=False, more=rule(server, when="quiet source")) as site:
        site.publisher.body = document(*((f"{NEWS[0]} {n}", at(days=-n)) for n in range(8)))
        site.turn()
        for _ in range(9):
            site.turn(days=1)
        server.wait()
        settled(site.store, KIND)
        assert told(server.seen[0])["kind"] == "quiet source"
        assert told(server.seen[0])["summary"].startswith("Nothing for 6 days, though it posts every 1 day.")
        site.turn(days=1)
        body = site.wire.site.files["/health.atom"].variants["identity"].body
        assert b": quiet</title>" in body
        assert len(server.seen) == 1


def test_rules_follow_a_reload(tmp_path: Path) -> None:
    """A new rule tells what comes after it; one that went tells nothing any more."""
    with PostServer() as old, PostServer() as new, site_of(tmp_path, rule(old)) as site:
        (first,) = site.config.notify
        other = replace(first, name="other", to=new.url("/"))
        assert site.wire.reload(lambda: replace(site.config, notify=(other,)))
        site.publisher.body = document((NEWS[1], at(hours=23)))
        site.turn(days=1)
        new.wait()
        settled(site.store, KIND)
        assert (len(old.seen), len(new.seen)) == (0, 1)
        bad = replace(other, to="", apprise="nosuchservice://x")
        assert not site.wire.reload(lambda: replace(site.config, notify=(bad,)))
        assert site.wire.workshop.config.notify == (other,)


def test_messengers_are_told_through_apprise(tmp_path: Path) -> None:
    """Title and text, as Apprise's own JSON service gets them."""
    with PostServer() as server:
        text = f'[[notify]]\nwhen = "every story"\napprise = "json://127.0.0.1:{server.port}/chat"\n'
        with site_of(tmp_path, text) as site:
            site.publisher.body = document((NEWS[2], at(hours=23)))
            site.turn(days=1)
            server.wait()
            settled(site.store, KIND)
        assert told(server.seen[0])["title"] == NEWS[2]
        assert "Russian" in told(server.seen[0])["message"]
        refused = PostServer(lambda _: Answer(500))
        with refused:
            result = messenger.send("rule", f"json://127.0.0.1:{refused.port}/", "title", "text")
        assert getattr(result, "sentence", "") == "json: the message was not taken; Apprise does not say why."


def test_a_messenger_needs_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Absent, it is named with how to install it; a URL that it does not know is told before it is needed."""
    with pytest.raises(ConfigError, match=r'The rule "a" of \[\[notify\]\] names no URL that Apprise knows'):
        messenger.check("a", "nosuchservice://x")
    assert getattr(messenger.send("a", "nosuchservice://x", "t", "b"), "final", False)
    monkeypatch.setattr(messenger, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"install it with: pip install 'moonwire\[notify\]'"):
        messenger.check("a", "json://x")


# the commands


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    read_here(monkeypatch)
    return empty_home(tmp_path, monkeypatch)


class Paper:
    """A publisher whose items are dated by the real clock."""

    def __init__(self) -> None:
        self.body = document((NEWS[0], NOW))

    def __call__(self, _: object) -> Any:  # noqa: ANN401 # a reply
        """Answer any request."""
        from tests.fakes_http import reply  # noqa: PLC0415 # one name of many

        return reply(200, self.body, Content_Type="application/rss+xml")


def test_one_off_commands_tell_too(work: Path, capsys: Output) -> None:
    """`fetch` tells what it brought; `notify list` shows the rule, what waits and how the last one fared."""
    from scheduler.shell import now  # noqa: PLC0415 # the clock of the commands

    paper = Paper()
    with PostServer() as server, RawServer(paper) as publisher:
        configure(work, publisher.url("/feed"), more=rule(server))
        (before,) = rows(capsys, "notify", "list")
        assert (before["rule"], before["since"], before["waiting"]) == ("every story to 127.0.0.1", None, 0)
        run(capsys, "fetch")
        assert server.seen == []
        paper.body = document((NEWS[1], now() + timedelta(seconds=1)))  # feeds tell whole seconds
        run(capsys, "fetch", "--all")
        (came,) = server.seen
        assert told(came)["title"] == NEWS[1]
        (after,) = rows(capsys, "notify", "list")
        assert (after["waiting"], after["last_outcome"], after["last_error"]) == (0, "sent", None)
        assert after["to"] == "127.0.0.1"
        shown = run(capsys, "notify", "list")
        assert "every story to 127.0.0.1" in shown
        assert "t0ken" not in shown


def test_a_rule_can_be_tried(work: Path, capsys: Output) -> None:
    """A sample at once, and what became of it; exit 1 when one did not arrive."""
    answers = iter([Answer(204), Answer(204), Answer(404), Answer(404)])
    with PostServer(lambda _: next(answers)) as server:
        text = rule(server, 'name = "one"') + rule(server, 'name = "two"')
        configure(work, more=text)
        assert "arrived  one: 127.0.0.1 took it." in run(capsys, "notify", "test", "--rule", "one")
        assert told(server.seen[0])["kind"] == "test"
        found = rows(capsys, "notify", "test", code=1)
        assert [(row["rule"], row["arrived"], row["status"]) for row in found] == [
            ("one", True, 204),
            ("two", False, 404),
        ]
        failed = run(capsys, "notify", "test", "--rule", "two", code=1)
        assert "failed   two: 127.0.0.1: it answered 404" in failed


def test_there_must_be_a_rule_to_try(work: Path, capsys: Output) -> None:
    """One sentence says which there are, or how to make one."""
    configure(work)
    run(capsys, "notify", "list")
    capsys.readouterr()
    run(capsys, "notify", "test", code=2)
    configure(work, more='[[notify]]\nwhen = "every story"\napprise = "json://x"\n')
    run(capsys, "notify", "test", "--rule", "nobody", code=2)


def test_a_rule_that_went_is_not_told() -> None:
    """What waited for it is given up with a sentence."""
    from feeds.intake.post import Poster  # noqa: PLC0415 # one test needs it
    from scheduler.push.courier import Failed  # noqa: PLC0415 # as above
    from scheduler.push.tellers import tell  # noqa: PLC0415 # as above

    with Poster(allow_private=False, user_agent="test") as poster:
        result = tell(parse("", None), poster, "gone", b"{}")
    assert result == Failed(sentence='There is no rule "gone" any more.', final=True)
