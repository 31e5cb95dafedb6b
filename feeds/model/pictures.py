"""Where the pictures of stories come from. Maker: the configuration. Taker: `feeds.publish`."""

from typing import Literal

Images = Literal["feeds", "off", "keep", "proxy"]
"""feeds: in feeds as their publishers have them, none on pages; off: none; keep: as their publishers have
them everywhere; proxy: fetched by this site and served from it, everywhere."""
