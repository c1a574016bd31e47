from celery import shared_task

from foundation import sending


@shared_task(name="foundation.send_mail")
def send_mail() -> None:
    sending.send_due()
