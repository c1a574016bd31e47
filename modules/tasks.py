from celery import shared_task

from modules.publishing import job
from modules.scanning import polling, scanner, tag_alarms
from modules.versions import texts


@shared_task(name="modules.scan_repository")
def scan_repository(scan_id: int) -> None:
    scanner.scan_repository(scan_id)


@shared_task(name="modules.poll_scans")
def poll_scans() -> None:
    polling.poll_scans()


@shared_task(name="modules.publish_modules")
def publish_modules(publication_id: int) -> None:
    job.carry_out(publication_id)


@shared_task(name="modules.poll_publications")
def poll_publications() -> None:
    job.poll_publications()


@shared_task(name="modules.watch_tags")
def watch_tags() -> None:
    tag_alarms.wake_all()


@shared_task(name="modules.look_at_tags")
def look_at_tags(connection_id: int) -> None:
    tag_alarms.look_at_tags(connection_id)


@shared_task(name="modules.forget_deliveries")
def forget_deliveries() -> None:
    polling.forget_deliveries()


@shared_task(name="modules.render_texts")
def render_texts() -> None:
    texts.render_missing()
