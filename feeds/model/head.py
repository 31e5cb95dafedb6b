"""What a feed says about itself. Maker: `feeds.intake.read`. Takers: `scheduler.rounds`, the store."""

from feeds.model.value import Value


class FeedHead(Value, frozen=True, kw_only=True):
    """What a feed says about itself. Durations are seconds."""

    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""
    format: str = ""
    """rss20, rss10, rss091, atom10, atom03, cdf, json11 …"""
    self_url: str = ""
    hubs: tuple[str, ...] = ()
    ttl_s: int | None = None
    """RSS <ttl> (minutes there, seconds here)."""
    update_period_s: int | None = None
    """sy:updatePeriod divided by sy:updateFrequency."""
    skip_hours: tuple[int, ...] = ()
    """Hours 0-23 UTC in which the publisher asks not to be asked."""
    skip_days: tuple[int, ...] = ()
    """Days, Monday = 0."""
