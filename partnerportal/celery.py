"""Celery wakes workers; the row is the job, so a lost or doubled message is harmless."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")

app = Celery("partnerportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["foundation", "accounts", "modules", "billing", "deployments"])
app.autodiscover_tasks(["partnerportal"], related_name="workers")
