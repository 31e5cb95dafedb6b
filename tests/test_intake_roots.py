"""Private certificate authorities: trusted when the operator names their file, else refused in a sentence."""

import re
from pathlib import Path

import pytest

from feeds.errors import ConfigError
from feeds.intake.roots import MOST_BYTES, verified_context
from scheduler.config.load import parse
from tests.fakes_http import RawServer
from tests.test_intake_fetch_guard import TLS, served
from tests.town import Output, answer, configure, empty_home, read_here, rows, run


def test_a_private_authority_is_added_to_the_public_ones() -> None:
    """The file's authorities come on top of certifi's, they do not replace them."""
    public = verified_context().cert_store_stats()["x509_ca"]
    assert public > 50
    assert verified_context(TLS / "authority.pem").cert_store_stats()["x509_ca"] == public + 1


def test_text_around_the_certificates_is_passed_over(tmp_path: Path) -> None:
    """Bundles carry remarks in any script (RFC 7468 2)."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"我们的机构\n{(TLS / 'authority.pem').read_text()}\n# конец\n", encoding="utf-8")
    assert verified_context(bundle).cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "holds no certificate; `openssl x509 -inform der -in FILE` turns"),
        (b"\x30\x82\x01\x0a\xff", "holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "that is damaged ("),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "that is damaged ("),
        (b"x" * (MOST_BYTES + 1), f"is larger than {MOST_BYTES} bytes"),
    ],
)
def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """Each wrong file gets one sentence with the key, the file, and what is expected."""
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(why)) as caught:
        verified_context(path)
    assert str(caught.value).startswith(f"[fetch] ca_file: {path} ")
    assert "expected a PEM file of certificate authorities" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_path_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    """No such file, or a folder."""
    with pytest.raises(ConfigError, match="No such file"):
        verified_context(tmp_path / "none.pem")
    with pytest.raises(ConfigError, match="Is a directory"):
        verified_context(tmp_path)


def test_the_path_is_relative_to_the_configuration(tmp_path: Path) -> None:
    """As every path of the file."""
    path = tmp_path / "moonwire.toml"
    assert parse("[fetch]\nca_file = 'ca/own.pem'", path).fetch.ca_file == tmp_path / "ca" / "own.pem"
    assert parse("", path).fetch.ca_file is None


def test_a_feed_behind_a_private_authority_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """`fetch` trusts the file's authorities; without it the sentence names the key; a wrong file ends it."""
    work = empty_home(tmp_path, monkeypatch)
    read_here(monkeypatch)
    with RawServer(answer, context=served("right")) as server:
        url = server.url("/feed")
        configure(work, url)
        (failed,) = rows(capsys, "fetch", "--all", code=1)
        assert "unable to get local issuer certificate" in failed["error"]
        assert "[fetch] ca_file" in failed["error"]
        configure(work, url, more=f"ca_file = '{TLS / 'authority.pem'}'")
        (read,) = rows(capsys, "fetch", "--all")
        assert (read["outcome"], read["entries"]) == ("changed", 2)
        asked = len(server.seen)
        configure(work, url, more="ca_file = 'nowhere.pem'")
        run(capsys, "fetch", "--all", code=2)
        assert len(server.seen) == asked
