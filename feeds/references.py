"""Character references of HTML resolved, whatever they are: the standard library raises at some."""

import html
import re

_ENDLESS = re.compile(r"&#[0-9]{1000,};?")
"""No such number names a character but for its zeros; Python reads none of more than 4,300 digits."""

CP1252 = {
    code: bytes((code,)).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
"""What stray bytes of windows-1252 were meant to be, for `str.translate`; as feedparser has it."""


def unescape(text: str) -> str:
    """Put characters in the place of references (HTML, 13.2.5.72 to 80). Linear; never raises."""
    try:
        return html.unescape(text)
    except ValueError:
        return html.unescape(_ENDLESS.sub("\ufffd", text))
