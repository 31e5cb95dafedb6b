"""For all tests: what must hold for any input holds at whatever speed the machine has."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "unhurried", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")
