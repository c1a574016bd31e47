"""The secret that GitHub signs its deliveries with."""

import secrets

from django.db import transaction

from accounts.models import GitHubConnection, User
from accounts.services import locked
from foundation import audit


class NoRepository(Exception):
    """Webhooks belong to a repository, and none is selected."""


@transaction.atomic
def make_secret(connection: GitHubConnection, *, by: User) -> str:
    """Create a new secret and return it; it is shown only now, and the previous one stops working.

    Raises ConnectionRemoved and NoRepository.
    """
    connection = locked(connection)
    if connection.repository_id is None:
        raise NoRepository
    verb = "connection.webhook_secret_replaced" if connection.webhook_secret_encrypted else "connection.webhook_made"
    connection.webhook_secret = secrets.token_urlsafe(32)
    connection.delivery_refused_at = None
    connection.save(update_fields=["webhook_secret_encrypted", "delivery_refused_at"])
    audit.record(verb, by=by, target=connection, repository=connection.repository_name)
    return connection.webhook_secret
