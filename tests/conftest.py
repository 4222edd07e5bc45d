"""A test on a busy machine is slow, not wrong."""

from hypothesis import settings

settings.register_profile("expert", deadline=None)
settings.load_profile("expert")
