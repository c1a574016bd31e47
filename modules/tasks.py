from celery import shared_task

from modules import turns
from modules.publishing import job
from modules.scanning import polling, tag_alarms, webhooks
from modules.versions import texts


@shared_task(name="modules.take_turn")
def take_turn() -> None:
    turns.take_turn()


@shared_task(name="modules.poll_scans")
def poll_scans() -> None:
    polling.poll_scans()


@shared_task(name="modules.poll_publications")
def poll_publications() -> None:
    job.poll_publications()


@shared_task(name="modules.watch_tags")
def watch_tags() -> None:
    tag_alarms.wake_all()


@shared_task(name="modules.look_at_tags")
def look_at_tags(connection_id: int) -> None:
    tag_alarms.look_at_tags(connection_id)


@shared_task(name="modules.heed_deliveries")
def heed_deliveries(connection_id: int) -> None:
    webhooks.heed(connection_id)


@shared_task(name="modules.forget_files")
def forget_files() -> None:
    polling.forget_files()


@shared_task(name="modules.render_texts")
def render_texts() -> None:
    texts.render_missing()
