from celery import shared_task
from django.utils import timezone

from billing import granting


@shared_task(name=granting.TASK)
def grant_allowances():
    granting.tick(timezone.now())
