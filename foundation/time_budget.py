"""A limit of time for one piece of work, which the work itself checks where it can stop."""

import time


class OutOfTime(Exception):
    """The work took longer than it may."""


class TimeBudget:
    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.ends_at

    def check(self) -> None:
        """Raise OutOfTime when the seconds have passed."""
        if self.is_over:
            raise OutOfTime
