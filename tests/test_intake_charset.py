"""Bytes to characters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.intake.charset import codec_of, decode

RU = "Лунная станция, научная"
ZH = "国际月球科研站"


def feed(text: str, declared: str = "") -> str:
    """Write a document that holds the text and states a charset."""
    stated = f' encoding="{declared}"' if declared else ""
    return f'<?xml version="1.0"{stated}?><rss><title>{text}</title></rss>'


@pytest.mark.parametrize(
    ("text", "codec", "header", "declared"),
    [
        (RU, "utf-8", "", ""),
        (RU, "utf-8", "text/xml", "utf-8"),
        (RU, "cp1251", "text/xml; charset=windows-1251", "windows-1251"),
        (RU, "cp1251", "text/xml", "windows-1251"),
        (RU, "cp1251", 'text/xml; charset="Windows-1251"', "utf-8"),
        (RU, "koi8-r", "", "KOI8-R"),
        (ZH, "gbk", "text/xml; charset=gb2312", ""),
        (ZH + "喆", "gb18030", "", "gb2312"),
        ("國際月球科研站", "big5", "", "Big5"),
        ("国際月面①", "cp932", "", "Shift_JIS"),
        ("国際月面", "euc-jp", "", "EUC-JP"),
        ("国際月面", "iso2022_jp", "", "ISO-2022-JP"),
        ("국제 달 기지 똠", "cp949", "", "EUC-KR"),
        ("Café “Luna” – €", "cp1252", "", "iso-8859-1"),
        (ZH, "utf-16-le", "text/xml; charset=utf-16le", "utf-16le"),
        (ZH, "utf-16-be", "", "utf-16"),
        (ZH, "utf-16-le", "text/xml; charset=utf-16", ""),
    ],
)
def test_stated_charset(text: str, codec: str, header: str, declared: str) -> None:
    """Header before declaration, and labels as browsers understand them."""
    decoded = decode(feed(text, declared).encode(codec), header)
    assert text in decoded.data.decode()
    assert decoded.problems == ()


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_beats_all(codec: str) -> None:
    """A byte order mark wins over header and declaration, and is gone afterwards."""
    decoded = decode(feed(RU, "koi8-r").encode(codec), "text/xml; charset=windows-1251")
    assert decoded.data.decode().startswith("<?xml")
    assert RU in decoded.data.decode()


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "us-ascii", "big5"])
def test_header_that_lies(label: str) -> None:
    """Valid UTF-8 is UTF-8, whatever the server says by default."""
    decoded = decode(feed(RU, "utf-8").encode(), f"text/xml; charset={label}")
    assert RU in decoded.data.decode()
    assert decoded.encoding == "utf-8"
    assert "but the text is UTF-8" in decoded.problems[0]


def test_unknown_labels_are_reported_and_passed_over() -> None:
    """Names no standard knows are named in a sentence; codecs of Python alone are among them."""
    decoded = decode(feed(RU, "rot13").encode(), "text/xml; charset=x-moon")
    assert RU in decoded.data.decode()
    assert "x-moon" in decoded.problems[0]
    assert "rot13" in decoded.problems[1]
    assert codec_of("utf-7") == codec_of("unicode_escape") == ""


def test_utf16_label_on_ascii_is_wrong() -> None:
    """A document without a zero byte is no UTF-16."""
    assert decode(feed("x", "utf-16").encode(), "").data == feed("x", "utf-16").encode()


def test_windows_bytes_in_utf8() -> None:
    """A document that claims UTF-8 and is windows-1252 throughout is read as that."""
    decoded = decode(feed("Caf\xe9 – “x”", "utf-8").encode("cp1252"), "")
    assert "Café – “x”" in decoded.data.decode()
    assert "read as cp1252" in decoded.problems[0]


def test_one_item_of_another_charset() -> None:
    """Each run of text is judged alone: valid UTF-8 stays, the rest is read as what it looks like."""
    body = f"<a>{ZH}</a><b>".encode() + RU.encode("cp1251") + b"</b><c>plain</c>"
    decoded = decode(body, "")
    assert decoded.data.decode() == f"<a>{ZH}</a><b>{RU}</b><c>plain</c>"
    assert "cp1251" in decoded.problems[0]


def test_stray_bytes_spoil_their_own_text_only() -> None:
    """A cut character among valid ones is shown as U+FFFD; the neighbours are intact."""
    body = f"<a>{ZH}".encode() + b"\xe6\x9c</a><b>" + RU.encode() + b"</b>"
    assert decode(body, "").data.decode() == f"<a>{ZH}\ufffd</a><b>{RU}</b>"


@pytest.mark.parametrize(
    ("language", "text", "codec"),
    [
        ("zh-CN", ZH, "gb18030"),
        ("zh-tw", "國際", "big5"),
        ("ja", "月面基地", "cp932"),
        ("ko", "국제", "cp949"),
        ("pl", "Książę", "cp1250"),
    ],
)
def test_language_tells_the_charset(language: str, text: str, codec: str) -> None:
    """Without any true label, the feed's language is the best hint."""
    body = f"<rss><language>{language}</language><title>".encode() + text.encode(codec) + b"</title></rss>"
    assert text in decode(body, "").data.decode()


@pytest.mark.parametrize(("language", "text", "codec"), [("eo", "café", "cp1252"), ("ja", "é ü", "cp1252")])
def test_a_language_that_does_not_tell_it_leaves_it_to_the_bytes(
    language: str, text: str, codec: str
) -> None:
    """One that has no charset of its own, and one whose charset the bytes are not in."""
    body = f"<rss><language>{language}</language><title>".encode() + text.encode(codec) + b"</title></rss>"
    assert text in decode(body, "").data.decode()


def test_long_runs_without_a_hint_are_chinese() -> None:
    """Dense two-byte characters that are valid GB 18030 are taken for it."""
    body = b"<rss><title>" + "月球科研站建设工程".encode("gbk") + b"</title></rss>"
    assert "月球科研站建设工程" in decode(body, "").data.decode()


def test_bad_bytes_in_a_stated_charset() -> None:
    """Bytes a charset does not have are shown as U+FFFD and reported."""
    decoded = decode(feed(ZH, "gbk").encode("gbk").replace(b"<title>", b"<title>\xff "), "")
    assert ZH in decoded.data.decode()
    assert "not valid gb18030" in decoded.problems[-1]


def test_floods_of_bad_bytes_are_not_judged_one_by_one() -> None:
    """Beyond a bound all bad bytes become U+FFFD at once."""
    decoded = decode(b"\xff<" * 200_001, "")
    assert decoded.data.startswith("\ufffd<".encode())


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "text/xml; charset=gb2312", "x; charset=utf-16", "charset=iso-2022-jp"]),
)
@settings(max_examples=100)
def test_any_bytes_give_utf8(body: bytes, content_type: str) -> None:
    """Whatever comes in, valid UTF-8 comes out."""
    assert isinstance(decode(body, content_type).data.decode("utf-8"), str)
