"""The keys of what the operator is told: [[notify]], [digest] and [smtp]."""

from scheduler.config.kinds import FLAG, HOST, SOURCE_ADDRESS, VARIABLE, number, one_of, text, whole
from scheduler.config.notify_kinds import CLOCK_TIME, LANGUAGES, MAILBOX, MAILBOXES, WORDS, ZONE
from scheduler.config.section import Key, Section

DIGEST = Section(
    name="digest",
    help="The stories of each day and week as one entry of the digest feeds, and by mail.",
    keys=(
        Key(
            name="at",
            kind=CLOCK_TIME,
            default='"07:00"',
            help="Time of day at which the digest of the day before (on Mondays of the week before, too) "
            "is made and mailed.",
        ),
        Key(
            name="time_zone",
            kind=ZONE,
            default='"UTC"',
            help="Time zone in which days begin, and in which `at` is meant.",
        ),
        Key(
            name="mail_to", kind=MAILBOXES, default="[]", help="Who gets the digest; each gets a mail alone."
        ),
        Key(
            name="mail",
            kind=one_of("daily", "weekly", "both"),
            default='"daily"',
            help="Which digests are mailed.",
        ),
    ),
)

SMTP = Section(
    name="smtp",
    help="The mail server that takes the digests.",
    keys=(
        Key(name="host", kind=HOST, note="none: no mail is sent", help="Name or address of the server."),
        Key(
            name="port",
            kind=whole(1, 65_535),
            default="587",
            help="Its port; with 465 TLS begins at once, else see `starttls`.",
        ),
        Key(name="user", kind=text(200), default='""', help="User name, where the server asks for one."),
        Key(
            name="password_env",
            kind=VARIABLE,
            default='""',
            help="Environment variable that holds the password, so that the file never does.",
        ),
        Key(
            name="starttls",
            kind=FLAG,
            default="true",
            help="Encrypt before anything is said; false only for a server on this machine or network.",
        ),
        Key(name="from", kind=MAILBOX, note="required where mail is sent", help="The sender's address."),
    ),
)

NOTIFY = Section(
    name="notify",
    help="One rule by which somebody is told at once; repeat the table for each. Without any, nobody is.",
    keys=(
        Key(
            name="when",
            kind=one_of("every story", "official source", "independent origins", "quiet source"),
            required=True,
            note="required",
            help="What is worth telling: each story; one that an agency, a ministry or a government tells; "
            "one with enough independent origins; a source that is silent far beyond its own rhythm.",
        ),
        Key(
            name="at_least",
            kind=whole(2, 1000),
            default="3",
            help='Independent origins that "independent origins" asks for; copies of a text count as one.',
        ),
        Key(name="tag", kind=WORDS, default="[]", help="Only stories with one of these tags."),
        Key(name="lang", kind=LANGUAGES, default="[]", help="Only stories told in one of these languages."),
        Key(
            name="source",
            kind=WORDS,
            default="[]",
            help="Only what one of these sources tells, or which falls silent: parts of its name or address.",
        ),
        Key(name="min_score", kind=number(0, 1), default="0", help="Only stories with at least this score."),
        Key(
            name="to", kind=SOURCE_ADDRESS, note="this or apprise", help="Webhook that gets a JSON document."
        ),
        Key(
            name="secret_env",
            kind=VARIABLE,
            default='""',
            help="Environment variable that holds the secret by which a webhook knows that it was us.",
        ),
        Key(
            name="apprise",
            kind=text(4096),
            note="this or to",
            help="An Apprise URL: mail, chat or push service (needs the extra `moonwire[notify]`).",
        ),
        Key(
            name="apprise_env",
            kind=VARIABLE,
            default='""',
            help="Environment variable that holds the Apprise URL, for those that contain a secret.",
        ),
        Key(
            name="name",
            kind=text(100),
            note="WHEN to HOST",
            help="Its name, by which moonwire remembers what it told; under another name it starts anew.",
        ),
    ),
)
