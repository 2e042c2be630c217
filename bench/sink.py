"""A mail server that takes everything and notes whom it was for: `python -m bench.sink PORT FILE`.

Each message it says yes to is a line of FILE: recipient, Message-ID, bytes. The line is written before the yes.
"""

import asyncio
import re
import sys

from aiosmtpd.smtp import SMTP

_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Noting:
    def __init__(self, file) -> None:
        self.file = file

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        (recipient,), content = envelope.rcpt_tos, envelope.content
        self.file.write(f"{recipient} {_ID.search(content)[1].decode()} {len(content)}\n")
        self.file.flush()
        return "250 OK"


async def main(port: int, path: str) -> None:
    with open(path, "w") as file:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Noting(file), hostname="sink"), "127.0.0.1", port)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
