"""The nightly job of organisations."""

from procrastinate.contrib.django import app

from lib.jobs import RETRY
from orgs.models import Invitation


@app.periodic(cron="36 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_invitations(timestamp: int) -> None:
    Invitation.objects.forget()
