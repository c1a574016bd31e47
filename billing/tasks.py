from celery import shared_task
from django.utils import timezone

from billing import granting


@shared_task(name=granting.TASK)
def grant_allowances() -> None:
    granting.tick(timezone.now())
