"""requests and urllib3, loaded without what nothing here asks of them.

Loading them whole takes as long as asking a hundred feeds. Half of it goes into guessing character sets
(`feeds.intake.charset` decides that), cookies, proxies of the environment, the patterns by which urllib3
takes addresses apart, the versions of installed packages and zip files; requests works without a guesser of
character sets, and the others load when they are used after all. A release of them that asks for more while
it loads is loaded whole. The only home of both libraries.
"""

from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path

from feeds import lean

_GUESSERS = ("chardet", "charset_normalizer")


def _roots() -> str:
    """Return the file of root certificates that requests would take: `feeds.intake.roots` takes its own."""
    found = PathFinder.find_spec("certifi")
    return str(Path(found.origin).with_name("cacert.pem")) if found and found.origin else ""


_SPARED: Mapping[str, str | Mapping[str, object]] = {
    "calendar": "",
    "certifi": {"where": _roots},
    "email.parser": "",
    "encodings.idna": "",
    "http.cookiejar": "",
    "http.cookies": "Morsel",
    "idna": "",
    "importlib.metadata": "version",
    "mimetypes": "",
    "requests.cookies": "RequestsCookieJar _copy_cookie_jar cookiejar_from_dict extract_cookies_to_jar"
    " get_cookie_header merge_cookies",
    "tempfile": "",
    "urllib.request": "getproxies getproxies_environment parse_http_list proxy_bypass"
    " proxy_bypass_environment",
    "urllib3.util.url": "Url _BRACELESS_IPV6_ADDRZ_RE _IPV4_RE _encode_target _normalize_host parse_url",
    "zipfile": "",
}
"""Modules that load when they are used, each with the names that others take out of it while they load."""

lean.load("urllib3", "requests", without_=_GUESSERS, later=_SPARED)

import requests  # noqa: E402 # as it was loaded just above
import urllib3  # noqa: E402 # as above
from requests.adapters import HTTPAdapter  # noqa: E402 # as above
from urllib3.util.wait import wait_for_read  # noqa: E402 # as above

__all__ = [
    "HTTPAdapter",
    "requests",
    "urllib3",
    "wait_for_read",
]
