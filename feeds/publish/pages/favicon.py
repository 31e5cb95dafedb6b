"""The site's icon: a crescent, drawn by arithmetic, as an ICO file of two sizes. Pure."""

import struct
from functools import cache

_SIZES = (16, 32)
_FINE = 4
"""Samples per pixel and direction, for smooth edges."""
_MOON = (0xF2, 0xD9, 0x8A)
"""Red, green, blue of the crescent, visible on light and dark tabs."""


@cache
def favicon() -> bytes:
    """Return the icon (ICO with uncompressed 32-bit bitmaps, which every browser since 1999 reads)."""
    images = [_bitmap(size) for size in _SIZES]
    offset = 6 + 16 * len(images)
    directory = struct.pack("<HHH", 0, 1, len(images))
    for size, image in zip(_SIZES, images, strict=True):
        directory += struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(image), offset)
        offset += len(image)
    return directory + b"".join(images)


def _bitmap(size: int) -> bytes:
    """Return a BITMAPINFOHEADER, the pixels from the bottom row up, and an empty mask."""
    header = struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, 0, 0, 0, 0, 0)
    red, green, blue = _MOON
    pixels = b"".join(
        bytes((blue, green, red, _opacity(x, y, size))) for y in reversed(range(size)) for x in range(size)
    )
    mask_row = (size + 31) // 32 * 4
    return header + pixels + bytes(mask_row * size)


def _opacity(x: int, y: int, size: int) -> int:
    inside = sum(
        _lit((x + (i + 0.5) / _FINE) / size, (y + (j + 0.5) / _FINE) / size)
        for i in range(_FINE)
        for j in range(_FINE)
    )
    return 255 * inside // (_FINE * _FINE)


def _lit(x: float, y: float) -> bool:
    """Say whether a point of the unit square lies in the disc and not in the shadow across it."""
    in_disc = (x - 0.47) ** 2 + (y - 0.5) ** 2 <= 0.46**2
    in_shadow = (x - 0.68) ** 2 + (y - 0.42) ** 2 <= 0.38**2
    return in_disc and not in_shadow
