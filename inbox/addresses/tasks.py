from procrastinate.contrib.django import app

from inbox.addresses import confirmation
from lib.jobs import RETRY

URGENT = 1  # before thousands of mails that nobody waits for


@app.task(pass_context=False, retry=RETRY, priority=URGENT)
def request(email: str, ip: str, by: str, **settings) -> None:
    confirmation.request(email, ip, by, **settings)


@app.task(pass_context=False, retry=RETRY, priority=URGENT)
def remind(email: str, ip: str) -> None:
    confirmation.remind(email, ip)
