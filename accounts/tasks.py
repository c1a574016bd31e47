from celery import shared_task

from accounts import repositories, token_watch


@shared_task(name="accounts.refresh_repositories")
def refresh_repositories(connection_id: int) -> None:
    repositories.refresh(connection_id)


@shared_task(name="accounts.poll_refreshes")
def poll_refreshes() -> None:
    repositories.poll()


@shared_task(name="accounts.check_connections")
def check_connections() -> None:
    token_watch.check_connections()
