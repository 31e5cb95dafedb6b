"""The reference names every field of what is told, and the examples of the guides are read as they stand."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from feeds.model.event import SourceEvent
from feeds.publish.formats.digest import digest_of
from feeds.publish.formats.digest_texts import document
from feeds.publish.notices import sample_notice, silence_notice, story_notice
from scheduler import reference
from scheduler.commands.notify import record_of
from scheduler.config.load import parse
from store import Store
from tests.builders import NOW, a_channel, a_coverage, a_story
from tests.test_publish_digest import DAY

HOW_TO = reference.FOLDER.parent / "how-to"


def section(heading: str) -> str:
    """Return one section of the page on JSON."""
    text = (reference.FOLDER / "json.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_field_of_a_notice_is_documented() -> None:
    """Programs rely on them."""
    story = a_story(1, also=(a_coverage(1),))
    quiet = SourceEvent(source="s", name="S", home="", kind="quiet", at=NOW, sentence="Nothing.")
    notices = (
        story_notice("rule", a_channel(), story),
        silence_notice("rule", quiet),
        sample_notice("rule", a_channel(), NOW),
    )
    for notice in notices:
        told = json.loads(notice.document)
        for field in (*told, *(told.get("also") or [{}])[0]):
            assert f"`{field}`" in section("Webhook")


def test_every_field_of_a_digest_is_documented() -> None:
    """As `moonwire digest --format json` prints it."""
    told = json.loads(json.dumps(document(a_channel(), digest_of(DAY, [a_story(1)]))))
    (story,) = told["sections"][0]["stories"]
    for field in (*told, *story, *story["reports"][0]):
        assert f"`{field}`" in section("`digest --format json`")


def test_every_field_of_a_rule_is_documented(tmp_path: Path) -> None:
    """As `moonwire notify list --json` prints it."""
    (rule,) = parse('[[notify]]\nwhen = "every story"\nto = "https://a.example"', None).notify
    with Store.open(tmp_path / "wire.db") as store:
        for field in record_of(store, rule):
            assert f"`{field}`" in section("`notify list --json`")


@pytest.mark.parametrize("name", ["notifications", "digests"])
def test_the_examples_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copies one gets no sentence on what is wrong."""
    for variable in ("MOON_HOOK_SECRET", "MOONWIRE_MAIL_PASSWORD"):
        monkeypatch.setenv(variable, "secret")
    monkeypatch.setenv("MOON_CHAT", "ntfy://topic")
    text = (HOW_TO / f"{name}.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert examples
    for example in examples:
        assert tomllib.loads(example)
        config = parse(example, None)
        assert config.notify or config.digest.mail_to
