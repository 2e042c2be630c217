import re
from email import message_from_bytes
from email.policy import SMTP, default
from io import StringIO

from django.core.mail import EmailMessage

from lib.mail import LogBackend, Message


def test_a_link_in_the_log_is_whole():
    link = "http://127.0.0.1:8000/accounts/confirm-email/" + "x" * 90
    log = StringIO()
    LogBackend(stream=log).send_messages([EmailMessage("Confirm", link, "from@example.org", ["to@example.org"])])
    assert log.getvalue().startswith("Mail to to@example.org: Confirm\n")
    assert link in log.getvalue()


def test_a_subject_is_encoded_as_a_whole_and_never_as_nothing():
    for subject in ("11 new papers from what you follow: Ai2 · NVIDIA · Thursday Reading Group", "é" * 120, "plain"):
        raw = Message(subject, "…", "us@example.org", ["them@example.org"]).message(policy=SMTP).as_bytes()
        assert b"?q??=" not in raw
        assert b"?b??=" not in raw
        assert message_from_bytes(raw, policy=default)["Subject"] == subject
        assert all(len(line) <= 78 for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n") if b"Subject" in line)


def test_every_mail_says_that_no_person_wrote_it():
    message = Message("Hello", "…", "us@example.org", ["them@example.org"])
    sent = message.message()
    assert sent["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[^@]+@127\.0\.0\.1>", sent["Message-ID"])
    assert message.message()["Message-ID"] == sent["Message-ID"]
