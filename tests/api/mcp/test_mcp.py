"""The MCP server as the SDK's own client uses it, and what it refuses."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection
from django.test import Client as Browser

from api import rates
from lib.limits import TOO_OFTEN
from lib.throttle import Limit
from papers.models import Artefact, Dismissed, Paper, RemovedPaper
from papers.models.artefact import artefact_counters
from tests.api.bearer import Program, token_of
from tests.api.mcp.client import call, talk
from tests.api.test_rates import use_up
from tests.factories import NOON, OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.papers.discussion.talk import post

pytestmark = pytest.mark.usefixtures("scene")
FILE = Path(__file__).with_name("session.json")
NUMBERS = re.compile(r"(?<=/comments/)\d+|(?<=older=)[\w%-]+")  # which the database or a secret key makes
TOOLS = ["search_papers", "list_papers", "read_paper", "similar_papers", "read_comments", "organisation"]
DATES = "Give a date such as 2025-09-10, 2025-W37 or 2025-09."
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"accept": "application/json, text/event-stream"}


def build_scene():
    lab = OrganisationFactory(slug="lab", name="The Lab", description="We *share*. [a]: http://a.de")
    ada = UserFactory(username="ada", name="Ada Lovelace")
    PaperFactory(
        arxiv_id="2509.08721",
        title=r"Sharing $x_i$ \emph{is} caring",
        abstract="Nobody trains alone.",
        authors=["Ada Lovelace", "Grace Hopper"],
        organisation=lab,
        imported_votes=12,
        code_url="https://github.com/lab/sharing",
        categories=["cs.CL"],
    )
    second = PaperFactory(arxiv_id="2509.00002", title="Counting", abstract="One, two.", authors=["Alan Turing"])
    first = post(ada, second, "Does it *scale*?\n\n# No heading")
    post(UserFactory(username="bo", name="Bo"), second, "Yes.", parent=first)
    type(first).objects.update(created_at=NOON)
    return ada


async def session(client):
    """What is recorded: the tools, a call of each, and some that fail."""
    await client.list_tools()
    for name, arguments in [
        ("list_papers", {"date": "2025-09-10"}),
        ("list_papers", {"period": "month", "date": "2025-09-10", "order": "newest", "limit": 1}),
        ("search_papers", {"query": "sharing", "has": "code", "limit": 5}),
        ("read_paper", {"id": "https://arxiv.org/abs/2509.08721v1"}),
        ("read_comments", {"id": "2509.00002", "order": "oldest"}),
        ("similar_papers", {"id": "2509.08721"}),
        ("organisation", {"slug": "lab"}),
        ("read_paper", {"id": "2509.99999"}),
        ("list_papers", {"date": "2025-09-31"}),
    ]:
        await client.call_tool(name, arguments)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_recorded_session(mode, time_machine):
    """RECORD=1 records it again."""
    time_machine.move_to("2025-09-10T15:00Z", tick=False)
    _, exchanges = talk(session, mode)
    exchanges = json.loads(NUMBERS.sub("…", json.dumps(exchanges)))
    recorded = json.loads(FILE.read_text()) if FILE.exists() else {}
    if os.environ.get("RECORD"):
        FILE.write_text(json.dumps(recorded | {mode: exchanges}, indent=1, ensure_ascii=False) + "\n")
    else:
        assert exchanges == recorded[mode]


def test_every_tool_only_reads_and_says_what_it_takes():
    async def tools(client):
        return (await client.list_tools()).tools

    found, _ = talk(tools)
    assert [tool.name for tool in found] == TOOLS
    for tool in found:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.description.endswith(".")
        assert tool.input_schema["additionalProperties"] is False
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description") or schema.get("enum"), (tool.name, name)
            assert {"maxLength", "maximum", "enum"} & schema.keys(), (tool.name, name)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("search_papers", {}, "Give words to search for, or a filter."),
        ("search_papers", {"query": "a", "after": "yesterday"}, "after: Enter a valid date."),
        ("search_papers", {"query": "a\0b"}, "A text contains a character that can't be read."),
        ("search_papers", {"query": "a", "limit": 51}, "limit: This must be at most 50."),
        ("search_papers", {"query": "a", "lmit": 5}, "Unknown argument: lmit."),
        ("list_papers", {"period": "year"}, "period: This must be day, week or month."),
        ("list_papers", {"cursor": "nonsense"}, "This link is damaged or out of date. Start again from the top."),
        ("list_papers", {"period": "week", "date": "2999-12-31"}, f"3000-W01 is in the future. {DATES}"),
        ("list_papers", {"period": "month", "date": "2025-W37"}, "2025-W37 is a week, and the period is a month."),
        ("search_papers", {"query": "a votes:abc"}, "“votes:abc” can't be read: write it as votes:10."),
        ("read_paper", {"id": "a cat"}, "“a cat” is not an arXiv id such as 2509.08721 or hep-th/9901001"),
        ("read_paper", {}, "id: This is missing."),
        ("read_comments", {"id": "2509.99999"}, "The paper 2509.99999 is not on this site."),
        ("organisation", {"slug": "nobody"}, "No organisation has the short name nobody."),
        ("vote", {"id": "2509.08721"}, f"There is no tool vote. The tools are: {', '.join(TOOLS)}."),
    ],
)
def test_an_error_says_in_words_what_to_change(tool, arguments, words):
    text, is_error = call(tool, **arguments)
    assert (text, is_error) == (words, True)


@pytest.mark.parametrize(("date", "title"), [("2025-W37", "Week 37"), ("2025-09", "September 2025")])
def test_a_week_or_a_month_is_a_period_by_itself(date, title):
    text, is_error = call("list_papers", period="day", date=date)
    assert (text.startswith(f"# {title}"), "## Counting" in text, is_error) == (True, True, False)


def test_one_can_search_for_papers_with_models_datasets_and_demos(scene):
    Artefact.objects.create(
        paper=Paper.objects.get(arxiv_id="2509.00002"), kind="demo", name="a/b", url="https://a.de/b"
    )
    Paper.objects.filter(arxiv_id="2509.00002").update(**artefact_counters())
    for kind, found in {"demo": True, "dataset": False}.items():
        text, is_error = call("search_papers", has=kind)
        assert ("## Counting" in text, is_error) == (found, False)


def test_a_removed_paper_says_why(scene):
    paper = PaperFactory(arxiv_id="2509.00003")
    RemovedPaper.objects.remove(appoint(scene), paper, "Not a paper.")
    assert call("read_paper", id="2509.00003") == ("Moderators have removed this paper: Not a paper.", True)


def test_the_next_page_begins_where_its_address_says():
    text, _ = call("list_papers", date="2025-09-10", limit=1)
    assert "## Sharing" in text
    address = text.rpartition("Next page: <")[2].rstrip(">\n")
    cursor = address.partition("older=")[2]
    assert (
        "## Counting"
        in Browser(HTTP_HOST="127.0.0.1").get(address, headers={"accept": "text/markdown"}).content.decode()
    )
    text, _ = call("list_papers", date="2025-09-10", limit=1, cursor=cursor)
    assert "## Counting" in text
    assert "Next page" not in text


def test_a_token_reads_as_its_person(scene):
    Dismissed.objects.make(scene, PaperFactory(arxiv_id="2509.00004", title="Seen enough"))
    assert "Seen enough" in call("list_papers", date="2025-09-10")[0]
    assert "Seen enough" not in call("list_papers", token=token_of(scene, "read"), date="2025-09-10")[0]


def send(browser=None, message=PING, **headers):
    browser = browser or Browser(HTTP_HOST="127.0.0.1:8000", enforce_csrf_checks=True)
    return browser.post("/mcp", message, content_type="application/json", headers=ACCEPT | headers)


def test_a_session_of_the_site_counts_nothing(scene, signed_in):
    Dismissed.objects.make(scene, PaperFactory(arxiv_id="2509.00004", title="Seen enough"))
    message = PING | {"method": "tools/call", "params": {"name": "list_papers", "arguments": {"date": "2025-09-10"}}}
    assert "Seen enough" in send(signed_in(scene), message).content.decode()


def test_what_breaks_a_tool_is_an_error_of_the_site_that_says_nothing_about_it():
    def fail(execute, sql, params, many, context):
        if "papers_paper" in sql:
            raise ProgrammingError("no such column in the database at 10.1.2.3")
        return execute(sql, params, many, context)

    message = PING | {"method": "tools/call", "params": {"name": "read_paper", "arguments": {"id": "2509.08721"}}}
    browser = Browser(HTTP_HOST="127.0.0.1:8000", raise_request_exception=False)
    with connection.execute_wrapper(fail):
        answer = send(browser, message)
    assert (answer.status_code, "10.1.2.3" in answer.content.decode()) == (500, False)


def test_a_bad_token_is_refused():
    answer = Program("hf_nonsense").call("/mcp", PING, **ACCEPT)
    assert (answer.status_code, "does not exist" in answer.json()["error"]) == (401, True)


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", None])
def test_scripts_of_the_site_and_programs_may_use_it(origin):
    answer = send(**({"origin": origin} if origin else {}))
    assert answer.json() == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8001", "http://127.0.0.1"])
def test_scripts_of_other_sites_are_refused(origin):
    answer = send(origin=origin)
    assert (answer.status_code, "other sites" in answer.json()["error"]) == (403, True)


def test_another_host_is_refused(settings):
    assert Browser(HTTP_HOST="evil.example").post("/mcp", PING, content_type="application/json").status_code == 400


@pytest.mark.parametrize("method", ["get", "head", "delete", "put"])
def test_there_are_no_streams_and_no_sessions(method):
    answer = getattr(Browser(HTTP_HOST="127.0.0.1:8000"), method)("/mcp", headers={"accept": "text/event-stream"})
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)


def test_it_counts_as_a_request_of_the_api(time_machine):
    time_machine.move_to("2025-09-10T15:00Z", tick=False)
    use_up(rates.OF_NETWORK, "127.0.0.0/24")
    answer = send()
    assert (answer.status_code, "Too many" in answer.json()["error"]) == (429, True)
    assert int(answer.headers["Retry-After"]) >= 1


def test_every_answer_says_what_is_left(time_machine):
    time_machine.move_to("2025-09-10T15:00Z", tick=False)
    assert [send().headers["RateLimit"], send(origin="null").headers.get("RateLimit")] == ['"api";r=499;t=1', None]
    token = token_of(UserFactory())
    assert Program(token).call("/mcp", PING, **ACCEPT).headers["RateLimit"] == '"api";r=999;t=1'
    use_up(rates.OF_NETWORK, "127.0.0.0/24")
    assert send().headers["RateLimit"].startswith('"api";r=0;')


def test_searches_count_for_the_limit_of_searches_of_the_network(time_machine):
    """Several tokens do not evade it. What is no search is answered still."""
    time_machine.move_to("2025-09-10T15:00Z", tick=False)
    use_up(Limit("search network", 600, timedelta(minutes=1)), "127.0.0.0/24")
    for token in ("", token_of(UserFactory())):
        assert call("search_papers", token, query="sharing") == (TOO_OFTEN, True)
        assert call("list_papers", token, date="2025-09-10")[1] is False


def test_searches_by_mcp_and_on_pages_have_one_limit(scene, signed_in, time_machine):
    time_machine.move_to("2025-09-10T15:00Z", tick=False)
    use_up(Limit("search person", 120, timedelta(minutes=1)), str(scene.pk))
    assert call("search_papers", token_of(scene, "read"), topic="cs.CL") == (TOO_OFTEN, True)
    assert signed_in(scene).get("/papers?q=sharing").status_code == 429
    assert "Sharing" in call("search_papers", query="sharing")[0]


@pytest.mark.parametrize("body", ["{", "[]", '{"a": 1}', '"ping"'])
def test_what_is_no_message_is_an_error_of_the_protocol(body):
    browser = Browser(HTTP_HOST="127.0.0.1:8000")
    answer = browser.generic("POST", "/mcp", body, "application/json", headers=ACCEPT)
    assert (answer.status_code, "error" in answer.json()) == (400, True)


def test_a_form_is_no_message():
    answer = Browser(HTTP_HOST="127.0.0.1:8000").post("/mcp", {"method": "ping"})
    assert (answer.status_code, "application/json" in answer.json()["error"]) == (400, True)
