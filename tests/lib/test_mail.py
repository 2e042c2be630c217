from io import StringIO

from django.core.mail import EmailMessage

from lib.mail import LogBackend


def test_a_link_in_the_log_is_whole():
    link = "http://127.0.0.1:8000/accounts/confirm-email/" + "x" * 90
    log = StringIO()
    LogBackend(stream=log).send_messages([EmailMessage("Confirm", link, "from@example.org", ["to@example.org"])])
    assert log.getvalue().startswith("Mail to to@example.org: Confirm\n")
    assert link in log.getvalue()
