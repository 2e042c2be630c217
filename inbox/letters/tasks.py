import logging
from threading import Lock

from procrastinate.contrib.django import app

from inbox.letters import delivery

logger = logging.getLogger(__name__)
_sending = Lock()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="letters", pass_context=False)
def send_letters(timestamp: int) -> None:
    """Of one process once at a time: those that come meanwhile would take the places of other jobs.

    While the mail server is not there, each minute says so, and none is a failure to be begun again.
    """
    if _sending.acquire(blocking=False):
        try:
            delivery.run()
        except OSError:
            logger.exception("Letters wait, since mail cannot be sent")
        finally:
            _sending.release()
