import logging
from threading import Lock

from procrastinate.contrib.django import app

from inbox.letters import delivery

logger = logging.getLogger(__name__)
_sending = Lock()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="letters", pass_context=False)
def send_letters(timestamp: int) -> None:
    """Send the letters that are due; does nothing while another thread of this process does so.

    If mail cannot be sent, the log says so each minute, and the job does not count as failed.
    """
    if _sending.acquire(blocking=False):
        try:
            delivery.run()
        except OSError:
            logger.exception("Email digests wait, because email can't be sent")
        finally:
            _sending.release()
