"""The MCP server of a site in a process of its own, over HTTP and on standard input and output."""

import os
import sys

import anyio
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

from tests.serving import ROOT

CALLS = [("list_papers", {"period": "month", "limit": 3}), ("search_papers", {"query": "language", "limit": 2})]


def session(server, mode: str) -> list:
    """The tools, what CALLS answer, and a call that fails."""

    async def run():
        async with Client(server, mode=mode) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            results = [await client.call_tool(*call) for call in [*CALLS, ("read_paper", {"id": "2401.99999"})]]
            return [tools, *((result.content[0].text, result.is_error) for result in results)]

    return anyio.run(run)


def test_both_transports_and_both_generations_of_the_protocol_say_the_same(site, database_url):
    environment = os.environ | {"DATABASE_URL": database_url, "BASE_URL": site.url}
    environment["BROADSHEET_DATA"] = str(site.log.parent)  # with the key that signs the addresses of further pages
    command = StdioServerParameters(command=sys.executable, args=["manage.py", "mcp"], cwd=ROOT, env=environment)
    sessions = [session(server, mode) for server in (f"{site.url}/mcp", command) for mode in ("auto", "legacy")]
    tools, papers, found, missing = sessions[0]
    assert tools[:2] == ["search_papers", "list_papers"]
    assert papers[0].count("\n## ") == 3
    assert f"<{site.url}/papers/" in found[0]
    assert missing == ("The paper 2401.99999 is not on this site.", True)
    for other in sessions[1:]:
        assert other == sessions[0]
