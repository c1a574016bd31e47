from celery import shared_task

from modules import polling, scanner


@shared_task(name="modules.scan_repository")
def scan_repository(scan_id):
    scanner.scan_repository(scan_id)


@shared_task(name="modules.poll_scans")
def poll_scans():
    polling.poll_scans()
