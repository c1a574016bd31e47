"""The demo world's webhooks: a push to the local GitHub shows on the Publish page within seconds."""

from collections.abc import Callable

import requests
from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts import webhooks
from accounts.models import GitHubConnection, User

PATIENCE = 5  # seconds


def registered(say: Callable[[str], None]) -> None:
    """Register alice's and the platform's at each start, as the portal's port may differ; bob has none yet."""
    of_both = Q(owner=None) | Q(owner__email="alice@example.com")
    connections = GitHubConnection.objects.filter(of_both, repository_id__isnull=False)
    for connection in connections.select_related("owner"):
        if not connection.webhook_secret_encrypted:
            say(f"the webhook of {connection.repository_name}")
            by = connection.owner or User.objects.get(email="admin@example.com")
            connection.webhook_secret = webhooks.make_secret(connection, by=by)
        _add(connection)


def _add(connection: GitHubConnection) -> None:
    """Add the webhook; error responses are ignored, as a visitor may have deleted the repository."""
    order = {
        "do": "add_webhook",
        "full_name": connection.repository_name,
        "url": settings.PORTAL_URL + reverse("modules:github-hook", args=[connection.ref]),
        "secret": connection.webhook_secret,
    }
    requests.post(f"{settings.GITHUB_API_URL}/_control", json=order, timeout=PATIENCE).close()
