"""The command line (placeholder until its commands land)."""


def main() -> None:
    """Run one command."""
