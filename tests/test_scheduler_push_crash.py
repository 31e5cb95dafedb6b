"""A process that sends is killed: what it had to send is sent by the next one."""

import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from scheduler.push import dispatch
from store import Parcel, Payload, Store
from tests.builders import NOW
from tests.fakes_posts import Answer, Came, PostServer

NEWS = Payload(body=b"news", content_type="text/plain")

CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from feeds.intake.post import Poster
from feeds.model.posting import PostRequest
from scheduler.push.courier import Courier, result_of
from scheduler.push.dispatch import Dispatcher
from store import Store

poster = Poster(allow_private=True, user_agent="moonwire/1")
def send(delivery):
    return result_of(poster.post(PostRequest(url=delivery.target, body=b"", content_type="text/plain")))
store, couriers = Store.open(Path(sys.argv[1])), {"hub": Courier(send=send)}
now = datetime.fromisoformat(sys.argv[2])
Dispatcher(lambda: store.outbox, lambda: couriers, clock=lambda: now, jitter=lambda: 0.5).work_off(60)
"""


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    """It is killed in the midst of sending: the next one sends the rest, and again what was not noted."""
    gate, few = threading.Event(), 40

    def answer(_: Came) -> Answer:
        if len(server.seen) >= few:
            gate.wait(30)
        return Answer(200)

    def child(now: datetime) -> "subprocess.Popen[bytes]":
        told = [sys.executable, "-c", CHILD, str(tmp_path / "wire.db"), now.isoformat()]
        return subprocess.Popen(told, cwd=Path(__file__).parent.parent)  # noqa: S603 # our own interpreter

    with PostServer(answer) as server:
        wanted = {server.url(f"/{n}") for n in range(200)}
        with Store.open(tmp_path / "wire.db") as store:
            parcels = [Parcel(target=each, key="feed", lane=each) for each in wanted]
            store.outbox.put("hub", parcels, NEWS, now=NOW)
        first = child(NOW)
        server.wait(few)
        first.kill()
        first.wait(30)
        gate.set()
        assert child(NOW + timedelta(seconds=dispatch.CLAIM_S + 1)).wait(60) == 0
        came = Counter(server.url(each.path) for each in server.seen)
    assert set(came) == wanted
    assert max(came.values()) <= 2
    assert sum(came.values()) - len(came) <= dispatch.AHEAD
    with Store.open(tmp_path / "wire.db") as store:
        assert store.outbox.counts("hub") == {"waiting": 0, "sent": 200, "given-up": 0}
