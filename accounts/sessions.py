"""Sessions as Django keeps them in the database, read by a query that is built once: every page begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from foundation.compiled import Param, compiled


@compiled
def _kept(key: Param, now: Param) -> QuerySet[Any]:
    return Session.objects.filter(session_key=key, expire_date__gt=now).values_list("session_data")


class SessionStore(db.SessionStore):
    """SESSION_ENGINE."""

    def load(self) -> dict[str, Any]:
        rows = _kept(key=self.session_key, now=timezone.now())
        if not rows:
            self._session_key = None  # as Django does: a key that somebody made up is not taken
        return self.decode(rows[0][0]) if rows else {}
