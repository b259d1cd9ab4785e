"""Tests. None is timed: how long an example takes says nothing on a machine that others use too."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
