from threading import Lock

from procrastinate.contrib.django import app

from api.models import Delivery
from api.webhooks import finding, sending
from lib.jobs import RETRY

_sending = Lock()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="webhooks", pass_context=False)
def deliver(timestamp: int) -> None:
    """Write and send deliveries; does nothing while another thread of this process does so.

    What waits is sent also if writing fails. Webhooks never take more than one of the jobs that a worker does at once.
    """
    if _sending.acquire(blocking=False):
        try:
            _find_and_send()
        finally:
            _sending.release()


def _find_and_send() -> None:
    try:
        finding.run()
    finally:
        sending.run()


@app.periodic(cron="56 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def delete_old_deliveries(timestamp: int) -> None:
    Delivery.objects.delete_old()
