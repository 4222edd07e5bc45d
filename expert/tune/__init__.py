"""Many runs and their settings → which knobs mattered, and what to search next."""

from expert.tune.sweep import tune

__all__ = ["tune"]
