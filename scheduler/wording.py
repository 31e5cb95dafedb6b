"""Numbers in sentences."""


def counted(count: int, one: str) -> str:
    """Return how many there are of a thing whose plural ends with an s: 1 source, 2 sources."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
