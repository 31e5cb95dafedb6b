"""A configured source. Maker: `scheduler.config.load` or the store. Takers: everyone."""

from feeds.model.value import Value


class BasicAuth(Value, frozen=True, kw_only=True):
    """HTTP Basic credentials (RFC 7617) of one source; the password never shows in a repr."""

    UNSHOWN = frozenset(("password",))

    user: str
    password: str


class Source(Value, frozen=True, kw_only=True):
    """One feed that somebody wants watched. `url` as configured is its identity for life."""

    UNSHOWN = frozenset(("auth",))

    url: str
    name: str = ""
    language: str = ""
    """BCP 47 tag that the operator vouches for; empty when unknown."""
    kind: str = ""
    """agency, state wire, trade press, press, blog …: shown, and used by the judge."""
    disabled: bool = False
    min_interval_s: int | None = None
    max_interval_s: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    auth: BasicAuth | None = None

    @property
    def label(self) -> str:
        """The name to show a person: the configured one, else the address."""
        return self.name or self.url
