"""What may follow the content of a feed's entry. Maker: the configuration. Taker: `feeds.publish`."""

from typing import Final, Literal

Footer = tuple[Literal["why", "also covered by"], ...]
"""Why the entry is there, and who else has it."""
FOOTER: Final[Footer] = ("why", "also covered by")
