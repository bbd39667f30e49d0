"""What every test finds ready: databases, a browser page, and the account of what could not run."""

from hypothesis import settings

pytest_plugins = ["tests.support.needs", "tests.support.postgres", "tests.support.databases", "tests.support.browser"]

# How long an example takes is the machine's business; a shared one would fail tests by the clock.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
