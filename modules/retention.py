"""What of repositories and publishing is removed because of its age."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from foundation import retention
from foundation.retention import Rule
from modules.models import Delivery, Publication, Scan


def _forget_deliveries(before: datetime, most: int) -> int:
    """Webhook deliveries that are too old to be worth a replay."""
    return retention.delete(Delivery.objects.filter(at__lt=before), most)


def _forget_scans(before: datetime, most: int) -> int:
    """Scans with their findings; not the newest that succeeded, nor one whose folders another scan shares."""
    newer = Scan.objects.filter(connection=OuterRef("connection"), pk__gt=OuterRef("pk"), status=Scan.Status.SUCCEEDED)
    shared = Scan.objects.filter(same_as=OuterRef("pk"))
    return retention.delete(Scan.objects.filter(Exists(newer), ~Exists(shared), finished_at__lt=before), most)


def _forget_publications(before: datetime, most: int) -> int:
    return retention.delete(Publication.objects.filter(finished_at__lt=before), most)


RULES = [
    Rule("webhook deliveries", "KEEP_DELIVERIES_DAYS", _forget_deliveries),
    Rule("scans", "KEEP_SCANS_DAYS", _forget_scans),
    Rule("publications", "KEEP_PUBLICATIONS_DAYS", _forget_publications),
]
