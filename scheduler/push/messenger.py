"""Notices through Apprise (https://github.com/caronc/apprise), where it is installed; its only home.

What Apprise asks for on the network is its own: our guards against private addresses do not hold there,
since the operator alone says where a message goes.
"""

import logging
from importlib.util import find_spec

from feeds.errors import ConfigError
from scheduler.push.courier import Arrived, Failed, Result

_INSTALL = "install it with: pip install 'moonwire[notify]'"


def check(name: str, url: str) -> None:
    """Raise a ConfigError when a rule can not be followed: no Apprise, or no URL that it knows."""
    if find_spec("apprise") is None:
        raise ConfigError(f'The rule "{name}" of [[notify]] needs the library Apprise; {_INSTALL}.')
    import apprise  # noqa: PLC0415 # optional, and slow to load

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log the URL, which is a secret
    if not apprise.Apprise().add(url):
        raise ConfigError(
            f'The rule "{name}" of [[notify]] names no URL that Apprise knows, or a part of it is missing; '
            "its page on the service says how it looks."
        )


def send(name: str, url: str, title: str, text: str) -> Result:
    """Send one message; blocks as long as the service takes."""
    try:
        check(name, url)
    except ConfigError as error:
        return Failed(sentence=str(error), final=True)
    import apprise  # noqa: PLC0415 # as above

    messenger = apprise.Apprise()
    messenger.add(url)
    if messenger.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
        return Arrived()
    service = url.partition("://")[0]
    return Failed(sentence=f"{service}: the message was not taken; Apprise does not say why.")
