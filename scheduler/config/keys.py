"""Every configuration key, once: validation, the commented file and the reference are made of this."""

from scheduler.config.kinds import (
    ADDRESSES,
    ALLOWED,
    FLAG,
    HEADERS,
    HOST,
    LANGUAGE,
    OPTIONAL_ADDRESS,
    SOURCE_ADDRESS,
    VARIABLE,
    number,
    one_of,
    some_of,
    text,
    whole,
)
from scheduler.config.notify_keys import DIGEST, NOTIFY, SMTP
from scheduler.config.section import Key, Section
from scheduler.config.translate_keys import TRANSLATE

__all__ = ["NOTIFY", "SECTIONS", "SOURCE", "TABLES", "WEEK_S", "Key", "Section"]

WEEK_S = 7 * 86_400


SECTIONS = (
    Section(
        name="topic",
        help="What counts as news.",
        keys=(
            Key(
                name="file",
                kind=text(4096, empty=False),
                default='"lunar-station"',
                help="A shipped topic by name, or the path of a topic file, relative to this file.",
            ),
        ),
    ),
    Section(
        name="store",
        help="Where items, verdicts and the schedule are kept.",
        keys=(
            Key(
                name="path",
                kind=text(4096, empty=False),
                note="moonwire.db in the user's data folder",
                help="One SQLite file, made when missing; relative to this file.",
            ),
            Key(
                name="rejected_days",
                kind=whole(0, 36_500),
                default="365",
                help="Days for which rejected items and near misses are kept; 0 for ever. Marked ones stay.",
            ),
        ),
    ),
    Section(
        name="serve",
        help="Where the feeds and pages are served by `moonwire run`.",
        keys=(
            Key(
                name="host", kind=HOST, default='"127.0.0.1"', help='Address to listen on; "0.0.0.0" for all.'
            ),
            Key(
                name="port",
                kind=whole(0, 65_535),
                default="8380",
                help="Port to listen on; 0 takes a free one.",
            ),
            Key(
                name="base_url",
                kind=OPTIONAL_ADDRESS,
                note="http://HOST:PORT",
                help="Where readers reach the site from outside, for links inside the feeds.",
            ),
            Key(
                name="title",
                kind=text(200, empty=False),
                default='"Lunar station wire"',
                help="Title of the feeds and pages.",
            ),
            Key(
                name="token_env",
                kind=VARIABLE,
                default='""',
                help="Environment variable that holds the operator's token, with which items are marked on "
                "the pages at /operator; without it the site is for reading only.",
            ),
            Key(
                name="hub",
                kind=FLAG,
                default="false",
                help="Run a WebSub hub at BASE_URL/hub, so that readers get news of these feeds pushed; "
                "needs base_url.",
            ),
        ),
    ),
    Section(
        name="fetch",
        help="How publishers are asked.",
        keys=(
            Key(name="workers", kind=whole(1, 64), default="8", help="Sources asked at the same time."),
            Key(
                name="timeout_s",
                kind=number(1, 600),
                default="60",
                help="Seconds one exchange may take as a whole, redirects and body included.",
            ),
            Key(
                name="max_bytes",
                kind=whole(1024, 256 * 1024 * 1024),
                default="8388608",
                help="Largest feed document in bytes, after decompression.",
            ),
            Key(
                name="user_agent",
                kind=text(200),
                note="moonwire/VERSION (+CONTACT; N subscribers)",
                help="The User-Agent header; leave it out unless a publisher insists on another.",
            ),
            Key(
                name="contact",
                kind=text(200),
                note="postmaster@HOSTNAME",
                help="Your web page or mail address, for publishers to reach you; part of the User-Agent.",
            ),
            Key(
                name="subscribers",
                kind=whole(0, 1_000_000_000),
                default="0",
                help="How many readers this wire has, for publishers who count; 0 says nothing.",
            ),
            Key(
                name="allow_private",
                kind=ALLOWED,
                default="[]",
                help="Private hosts that may be asked: a list of names and addresses, or true for all.",
            ),
            Key(
                name="ca_file",
                kind=text(4096, empty=False),
                note="none: certifi's roots alone",
                help="PEM file of certificate authorities that are trusted too, as of one's own network; "
                "relative to this file.",
            ),
            Key(
                name="host_spacing_s",
                kind=number(0, 3600),
                default="5",
                help="Least seconds between two requests to one host.",
            ),
            Key(
                name="per_host",
                kind=whole(1, 16),
                default="2",
                help="Most requests to one host at the same time.",
            ),
        ),
    ),
    Section(
        name="schedule",
        help="How often each source is asked; what publishers ask for is heeded within these bounds.",
        keys=(
            Key(
                name="min_interval_s",
                kind=whole(1, WEEK_S),
                default="900",
                help="Never ask a source sooner than this many seconds after the last time.",
            ),
            Key(
                name="max_interval_s",
                kind=whole(1, 4 * WEEK_S),
                default="86400",
                help="Ask a healthy source at least once in this many seconds.",
            ),
            Key(
                name="default_interval_s",
                kind=whole(1, 4 * WEEK_S),
                default="3600",
                help="Seconds between checks of a source whose rhythm is not known yet.",
            ),
        ),
    ),
    Section(
        name="publish",
        help="What is written, and for whom.",
        keys=(
            Key(
                name="dir",
                kind=text(4096, empty=False),
                note="none: `moonwire run` only serves",
                help="Folder in which `moonwire run` keeps a copy of the site; relative to this file.",
            ),
            Key(name="entries", kind=whole(1, 1000), default="100", help="Stories in each feed."),
            Key(
                name="hubs",
                kind=ADDRESSES,
                default="[]",
                help="WebSub hubs elsewhere, named in the feeds and told what is new; needs base_url.",
            ),
            Key(
                name="moves",
                kind=one_of("every-source", "first-of-a-language", "official-source", "never"),
                default='"first-of-a-language"',
                help="Which later coverage moves a story's date, so that readers show it as updated.",
            ),
            Key(
                name="footer",
                kind=some_of("why", "also covered by"),
                default='["why", "also covered by"]',
                help="What follows each entry's text in the feeds: why it is there, and who else has it.",
            ),
            Key(
                name="images",
                kind=one_of("feeds", "off", "keep", "proxy"),
                default='"feeds"',
                help="Pictures: in feeds as publishers have them and none on pages (feeds), none (off), as "
                "publishers have them on pages too (keep), or from this site, which fetches them (proxy).",
            ),
        ),
    ),
    TRANSLATE,
    DIGEST,
    SMTP,
)

SOURCE = Section(
    name="source",
    help="One feed to watch; repeat the table for each. Without any, the shipped sources are watched.",
    keys=(
        Key(
            name="url",
            kind=SOURCE_ADDRESS,
            required=True,
            note="required",
            help="Address of the feed; its identity for life. A user:password@ in it is sent, never shown.",
        ),
        Key(name="name", kind=text(200), default='""', help="Name to show; else the address."),
        Key(
            name="language",
            kind=LANGUAGE,
            default='""',
            help="Language of its items, when it is always the same.",
        ),
        Key(
            name="kind",
            kind=text(60),
            default='""',
            help="What the publisher is: agency, state wire, trade press, press, blog ...",
        ),
        Key(
            name="min_interval_s",
            kind=whole(1, WEEK_S),
            note="as in [schedule]",
            help="Never ask it sooner than this many seconds after the last time.",
        ),
        Key(
            name="max_interval_s",
            kind=whole(1, 4 * WEEK_S),
            note="as in [schedule]",
            help="Ask it at least once in this many seconds.",
        ),
        Key(name="headers", kind=HEADERS, default="{}", help="Further request headers for this source only."),
        Key(name="user", kind=text(200), default='""', help="User name for HTTP Basic authentication."),
        Key(
            name="password_env",
            kind=VARIABLE,
            default='""',
            help="Environment variable that holds the password, so that the file never does.",
        ),
        Key(
            name="disabled",
            kind=FLAG,
            default="false",
            help="Keep the source in the file, but do not ask it.",
        ),
    ),
)

TABLES = (SOURCE, NOTIFY)
"""Those that may be repeated."""
