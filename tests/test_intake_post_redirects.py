"""Redirects of a POST: followed where they keep the method, and secrets stay behind."""

import pytest

from feeds.model.posting import Posted
from tests.fakes_posts import Answer, PostServer
from tests.test_intake_post import a_poster, a_request, failed


def test_redirects_that_keep_the_method_are_followed() -> None:
    """307 and 308, with the body; secrets stay with the origin they were given for."""
    with PostServer() as other:
        leads = Answers((Answer(308, Location="/next"), Answer(307, Location=other.url("/end"))))
        with PostServer(leads) as server, a_poster() as poster:
            url = server.url("/start").replace("http://", "http://me:pw@")
            outcome = poster.post(
                a_request(url, b"body", headers=(("X-Sig", "1"),), private=(("X-Key", "secret"),))
            )
            assert isinstance(outcome, Posted)
            assert outcome.url == other.url("/end")
        (end,) = other.seen
    assert [seen.path for seen in server.seen] == ["/start", "/next"]
    assert all(seen.headers["x-key"] == "secret" for seen in server.seen)
    assert all(seen.headers["authorization"] == "Basic bWU6cHc=" for seen in server.seen)
    assert (end.body, end.headers["x-sig"]) == (b"body", "1")
    assert not {"authorization", "x-key"} & set(end.headers)


class Answers:
    """Answers in turn; the last one stays."""

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        self._left = list(answers)

    def __call__(self, _: object) -> Answer:
        """Give the next."""
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_other_redirects_are_no_answer(status: int) -> None:
    """They ask for a GET; nothing is sent to where they lead."""
    with PostServer(lambda _: Answer(status, Location="/next")) as server, a_poster() as poster:
        outcome = failed(poster.post(a_request(server.url())), "status")
    assert f"it answered {status}" in outcome.sentence
    assert len(server.seen) == 1


def test_redirects_that_lead_nowhere() -> None:
    """No address, a circle, a wrong address."""
    nowhere, circle = Answer(308), Answer(308, Location="/")
    for answer, kind in (
        (nowhere, "redirect"),
        (circle, "redirect"),
        (Answer(308, Location="gopher://x/"), "address"),
    ):
        with PostServer(Answers((answer,))) as server, a_poster() as poster:
            outcome = failed(poster.post(a_request(server.url())), kind)
            assert outcome.status == 308
            assert len(server.seen) <= 4
