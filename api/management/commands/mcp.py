"""The MCP server on standard input and output, for a client on this machine."""

import anyio
from django.core.management.base import BaseCommand
from mcp.server.stdio import stdio_server

from api.mcp.server import server
from lib import statements


class Command(BaseCommand):
    help = "Answers an MCP client on standard input and output. Everybody's papers, as people see them without sign-in."
    requires_system_checks = []

    def handle(self, *args, **options):
        statements.limit_time()
        anyio.run(_serve)


async def _serve() -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
