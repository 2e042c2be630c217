"""Background tasks for accounts: mailing a warning, ending suspensions, and deleting old rows every night."""

from procrastinate.contrib.django import app

from accounts import addresses
from accounts.models import SecurityEvent, User
from lib import template_mail
from lib.jobs import RETRY


@app.task(pass_context=False, retry=RETRY)
def warn(user: int, network: str, knows_password: bool) -> None:
    """Mail a warning of failed attempts to sign in to the owner of the account, if it still exists."""
    for person in User.objects.filter(pk=user):
        if address := addresses.of(person):
            subject = "Failed attempts to sign in to your account"
            context = {"person": person, "network": network, "knows_password": knows_password}
            template_mail.write("accounts/failed_sign_ins.txt", address, subject, context).send()


@app.periodic(cron="* * * * *")
@app.task(pass_context=False)
def end_suspensions(timestamp: int) -> None:
    User.objects.end_suspensions()


@app.periodic(cron="57 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_security_events(timestamp: int) -> None:
    SecurityEvent.objects.forget()


@app.periodic(cron="32 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def delete_unconfirmed(timestamp: int) -> None:
    User.objects.delete_never_confirmed()
