"""What of people is removed because of its age."""

from datetime import datetime

from django.contrib.sessions.models import Session

from accounts.models import UnsentForm
from foundation import retention
from foundation.retention import Rule


def _forget_sessions(before: datetime, most: int) -> int:
    """Sessions that ended; Django alone leaves them for good."""
    return retention.delete(Session.objects.filter(expire_date__lt=before), most)


def _forget_forms(before: datetime, most: int) -> int:
    """Forms that were kept when a session ended, and that nobody opened again."""
    return retention.delete(UnsentForm.objects.filter(created_at__lt=before), most)


RULES = [
    Rule("ended sessions", "KEEP_SESSIONS_DAYS", _forget_sessions),
    Rule("unsent forms", "KEEP_UNSENT_FORMS_DAYS", _forget_forms),
]
