"""Signing in through the form, as people do."""

import re

from django.core import mail
from playwright.sync_api import Page

from accounts.models import User

PASSWORD = "correct horse battery staple"


def give_password(user: User) -> User:
    """The user, who now knows PASSWORD."""
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.get_by_label("Username or email").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def link_in_the_last_letter() -> str:
    return re.search(r"http://\S+", mail.outbox[-1].body)[0]
