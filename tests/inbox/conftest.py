"""Fixtures of the tests of the inbox: a worker that runs waiting jobs, and the links in mails."""

import re

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def post(db, mailoutbox, django_capture_on_commit_callbacks):
    """A function that runs the waiting jobs of the inbox, commits, and returns the mails that were sent."""
    done = set()

    def post():
        before = len(mailoutbox)
        with django_capture_on_commit_callbacks(execute=True):
            for job in (
                ProcrastinateJob.objects.filter(task_name__startswith="inbox.").exclude(pk__in=done).order_by("pk")
            ):
                app.tasks[job.task_name](**job.args)
                done.add(job.pk)
        return mailoutbox[before:]

    return post


def link(mail, purpose: str) -> str:
    """The path of the one link to this in the mail."""
    (found,) = re.findall(rf"^{SITE}(/letters/{purpose}/\S+)$", mail.body, re.MULTILINE)
    return found


def text(answer) -> str:
    """The page, in one line."""
    return " ".join(answer.content.decode().split())
