"""What a refusing status means for a person: what happened, and what would mend it. Pure."""

from http import HTTPStatus

_AGAIN = "it is asked again later"

_MEANING: dict[int, tuple[str, str]] = {
    204: ("an empty answer came (204)", _AGAIN),
    205: ("an empty answer came (205)", _AGAIN),
    206: ("only a part of the document came though all of it was asked for (206)", _AGAIN),
    226: ("a delta came though none was asked for (226)", _AGAIN),
    300: ("the server offers several documents (300)", "configure the address of one of them"),
    304: ("the server says nothing changed though nothing was known yet (304)", _AGAIN),
    401: ("the server wants a user name and password (401)", "configure auth for this source, or check it"),
    402: ("the server wants payment (402)", "the feed can not be read without a subscription"),
    403: (
        "the server refuses to give the feed (403)",
        "it may block programs: contact the publisher if it stays so",
    ),
    404: ("there is no feed at this address (404)", "if it stays so, look for its new address"),
    406: ("the server has no form of the feed that we read (406)", "check the address"),
    407: ("a proxy wants a password (407)", "ask whoever runs the network"),
    410: ("the feed was taken down for good (410)", "look for its new address or remove the source"),
    421: ("the server is not meant for this host (421)", _AGAIN),
    429: ("the server is asked too often (429)", "it is asked more rarely from now on"),
    451: ("the feed is blocked for legal reasons (451)", "it can not be read from here"),
    500: ("the server has an internal error (500)", _AGAIN),
    502: ("the server behind the gateway answers wrongly (502)", _AGAIN),
    503: ("the server is not available at present (503)", _AGAIN),
    504: ("the server behind the gateway does not answer (504)", _AGAIN),
}


def refusal(status: int) -> tuple[str, str]:
    """Two clauses on an answer that holds no feed: what happened, and what would mend it."""
    known = _MEANING.get(status)
    if known is not None:
        return known
    try:
        phrase = f" {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    return f"the server answered {status}{phrase}", _AGAIN
