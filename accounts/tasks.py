"""What the worker does for accounts at night."""

from procrastinate.contrib.django import app

from accounts.models import User
from lib.jobs import RETRY


@app.periodic(cron="32 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def delete_unconfirmed(timestamp: int) -> None:
    User.objects.never_confirmed().delete()
