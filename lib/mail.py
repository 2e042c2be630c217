"""Mail for a site that has no mail server yet."""

from django.core.mail.backends.console import EmailBackend


class LogBackend(EmailBackend):
    """Writes a mail into the log as a person reads it: the console backend's quoted-printable breaks links."""

    def write_message(self, message) -> None:
        self.stream.write(f"Mail to {', '.join(message.to)}: {message.subject}\n\n{message.body}\n")
