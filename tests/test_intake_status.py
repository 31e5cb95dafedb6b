"""What a refusing status means for a person."""

from feeds.intake.status import refusal


def test_every_status_has_its_clauses() -> None:
    """Whatever the status, both clauses are there and the number is named."""
    for status in range(200, 600):
        what, mend = refusal(status)
        assert str(status) in what
        assert mend
        assert not what.endswith((".", ";", " "))
