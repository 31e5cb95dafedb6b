"""Rules, digest and mail server in the configuration: values, and one sentence per mistake."""

from datetime import UTC, time

import pytest

from feeds.errors import ConfigError
from feeds.model.notice import Condition
from scheduler.config.load import parse
from scheduler.config.types import Config

HOOK = 'to = "https://hooks.example.org/secret-path"'


def notified(*tables: str, more: str = "") -> Config:
    """Read rules."""
    return parse(more + "".join(f"\n[[notify]]\n{table}\n" for table in tables), None)


def wrong(text: str) -> str:
    """Return what is said of a wrong file."""
    with pytest.raises(ConfigError) as told:
        parse(text, None)
    return str(told.value)


def test_nobody_is_told_by_default() -> None:
    """No rule, no mail; days are closed at seven, UTC."""
    config = parse("", None)
    assert config.notify == ()
    assert (config.digest.at, config.digest.zone, config.digest.mail_to) == (time(7), UTC, ())
    assert (config.smtp.host, config.smtp.port, config.smtp.starttls) == ("", 587, True)


def test_every_value_of_a_rule_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters are folded, one text stands for a list of one, secrets come from the environment."""
    monkeypatch.setenv("HOOK_SECRET", "moon")
    (rule,) = notified(
        f'when = "independent origins"\nat_least = 4\ntag = "Power"\nlang = ["ZH-Hant", "ru"]\n'
        f'source = "CNSA"\nmin_score = 0.8\nsecret_env = "HOOK_SECRET"\n{HOOK}'
    ).notify
    assert rule.condition == Condition(
        when="independent origins",
        at_least=4,
        tags=("power",),
        languages=("zh", "ru"),
        sources=("cnsa",),
        min_score=0.8,
    )
    assert rule.to == "https://hooks.example.org/secret-path"
    assert (rule.secret, rule.apprise) == ("moon", "")
    assert rule.name == "independent origins to hooks.example.org"
    assert "moon" not in repr(rule)
    assert "secret-path" not in repr(rule)


def test_a_messenger_is_named_without_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Apprise URL holds a token: the rule's own name shows the service, or the variable."""
    monkeypatch.setenv("CHAT_URL", "tgram://123:token/chat")
    rules = notified(
        'when = "every story"\napprise = "ntfy://secret-topic"',
        'when = "every story"\napprise_env = "CHAT_URL"',
    ).notify
    assert [rule.name for rule in rules] == ["every story to ntfy", "every story to CHAT_URL"]
    assert rules[1].apprise == "tgram://123:token/chat"
    assert "token" not in repr(rules)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (HOOK, "when: is missing, expected"),
        (
            f'when = "sometimes"\n{HOOK}',
            'when: found "sometimes" (text), expected "every story", "official source"',
        ),
        ('when = "every story"', "to: found none, expected one of to, apprise and apprise_env."),
        (
            f'when = "every story"\napprise = "json://a"\n{HOOK}',
            "to: found to and apprise, expected one of to, apprise and apprise_env.",
        ),
        (f'when = "every story"\nat_least = 3\n{HOOK}', 'at_least: goes with when = "independent origins"'),
        (f'when = "quiet source"\ntag = "power"\n{HOOK}', "tag: is about stories"),
        (f'when = "quiet source"\nmin_score = 0.5\n{HOOK}', "min_score: is about stories"),
        (f'when = "every story"\nlang = "not a tag"\n{HOOK}', "lang: found"),
        (f'when = "every story"\nlang = ""\n{HOOK}', "lang: found"),
        (f'when = "every story"\ntag = []\nmin_score = 2\n{HOOK}', "min_score: found 2"),
        (f'when = "every story"\nsource = {["x"] * 101}\n{HOOK}', "source: found"),
        (
            f'when = "every story"\nsecret_env = "NO_SUCH_VARIABLE"\n{HOOK}',
            "secret_env: the environment variable NO_SUCH_VARIABLE is not set, expected it to hold the",
        ),
        (
            'when = "every story"\napprise_env = "EMPTY_VARIABLE"',
            "apprise_env: the environment variable EMPTY_VARIABLE is empty",
        ),
        (
            'when = "every story"\napprise = "json://a"\nsecret_env = "SECRET"',
            "secret_env: signs what a webhook gets",
        ),
        ('when = "every story"\nto = "ftp://x"', 'to: found "ftp://x" (text), expected an address'),
        (f'when = "every story"\ntags = "power"\n{HOOK}', "tags: is not a known key; the nearest"),
    ],
)
def test_a_wrong_rule_gets_one_sentence(table: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the table by its number, the key, what was found and what is expected."""
    monkeypatch.setenv("SECRET", "x")
    monkeypatch.setenv("EMPTY_VARIABLE", "")
    told = wrong(f'[[notify]]\nwhen = "every story"\n{HOOK}\n[[notify]]\n{table}\n')
    assert told.startswith("moonwire.toml: [[notify]] number 2 ")
    assert sentence in told
    assert "\n" not in told


def test_names_must_differ() -> None:
    """The store remembers by name: two of the same name would share a memory."""
    rule = f'[[notify]]\nwhen = "every story"\n{HOOK}\n'
    told = wrong(rule + rule)
    assert '"every story to hooks.example.org" names [[notify]] number 1 already' in told
    other = rule + f'name = "second"\n{rule}'
    assert [each.name for each in parse(other, None).notify] == [
        "second",
        "every story to hooks.example.org",
    ]


def test_rules_are_tables() -> None:
    """One pair of brackets is one mistake."""
    assert "notify: found {when = ...} (a table), expected tables" in wrong(
        '[notify]\nwhen = "every story"\n'
    )


def test_mail_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key of both sections arrives; a single address stands for a list; the password hides."""
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    config = parse(
        '[digest]\nat = "21:30"\ntime_zone = "Asia/Shanghai"\nmail = "both"\n'
        'mail_to = "дежурный@станция.example"\n'
        '[smtp]\nhost = "mail.example.org"\nport = 465\nuser = "me"\npassword_env = "MAIL_PASSWORD"\n'
        'starttls = false\nfrom = "moonwire@example.org"\n',
        None,
    )
    assert config.digest.at == time(21, 30)
    assert str(config.digest.zone) == "Asia/Shanghai"
    assert (config.digest.mail_to, config.digest.mail) == (("дежурный@станция.example",), "both")
    assert (config.smtp.host, config.smtp.port, config.smtp.user) == ("mail.example.org", 465, "me")
    assert (config.smtp.password, config.smtp.sender) == ("hunter2", "moonwire@example.org")
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[digest]\nat = "25:00"', 'at: found "25:00" (text), expected a time of day, such as "07:00".'),
        ("[digest]\nat = 7", "at: found 7"),
        ('[digest]\ntime_zone = "Mars/Olympus"', "tzdata"),
        ('[digest]\ntime_zone = "../etc/passwd"', "time_zone: found"),
        ('[digest]\ntime_zone = "Europe"', "time_zone: found"),
        ("[digest]\ntime_zone = 1", "time_zone: found 1"),
        ('[digest]\nmail_to = ["me"]', "mail_to: found"),
        (f"[digest]\nmail_to = {[f'a{n}@b.example' for n in range(101)]}", "a mailing list serves more"),
        (
            '[digest]\nmail_to = "a@b.example"\n[smtp]\nhost = "mail.example"',
            "[smtp] from: is missing, expected it where [digest] mail_to names somebody.",
        ),
        (
            '[digest]\nmail_to = "a@b.example"\n[smtp]\nfrom = "a@b.example"',
            "[smtp] host: is missing",
        ),
        ('[smtp]\nuser = "me"', "[smtp] password_env: is missing, expected user and password_env both"),
        ('[smtp]\npassword_env = "MAIL_PASSWORD"', "[smtp] user: is missing"),
        (
            '[smtp]\nhost = "mail.example"\nuser = "me"\npassword_env = "MAIL_PASSWORD"\nstarttls = false',
            "[smtp] starttls: found false (true or false), expected true where a password is sent",
        ),
        ('[smtp]\nuser = "me"\npassword_env = "NO_SUCH_VARIABLE"', "is not set"),
    ],
)
def test_wrong_mail_gets_one_sentence(text: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail that can not be sent is found before the first digest is."""
    monkeypatch.setenv("MAIL_PASSWORD", "x")
    told = wrong(text)
    assert sentence in told
    assert "\n" not in told


def test_this_machine_may_take_a_password_openly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads along on loopback."""
    monkeypatch.setenv("MAIL_PASSWORD", "x")
    text = '[smtp]\nhost = "localhost"\nuser = "me"\npassword_env = "MAIL_PASSWORD"\nstarttls = false'
    assert parse(text, None).smtp.password == "x"
