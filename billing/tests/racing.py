"""Processes that all do the same at the same moment: `python -m billing.tests.racing <what> <arguments>`."""

import os
import sys
import time
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402

from billing import granting, services  # noqa: E402


def hold(email, amount, start):
    """Hold `amount` units once; ends with 7 when there were not enough."""
    user = get_user_model().objects.get(email=email)
    run = f"r{os.getpid()}"
    centre = services.open_cost_centre(owner=user, deployment_ref=run, deployment_name=run, module_title="Race")
    wait_until(start)
    try:
        services.hold(user, amount=int(amount), key=f"run:{run}:hold", run=run, cost_centre=centre, by=user)
    except services.NotEnoughCredits:
        sys.exit(7)


def grant(now, batch_size, start):
    wait_until(start)
    granting.ensure_grants(datetime.fromisoformat(now), batch_size=int(batch_size))


def wait_until(start):
    time.sleep(max(0.0, float(start) - time.time()))


if __name__ == "__main__":
    {"hold": hold, "grant": grant}[sys.argv[1]](*sys.argv[2:])
