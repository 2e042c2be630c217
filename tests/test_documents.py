"""What the documents say is true: their numbers, the code that they name, the map of the tree, and the settings."""

import re
from pkgutil import resolve_name

import pytest
from django.apps import apps
from django.conf import settings

from api import rates
from api.reading import listed, queries
from config import metrics
from lib import lag, replicas, server, watching
from papers import lengths, sites
from papers.ingest import client, files, following, hub_papers, values
from papers.intake import archive, formats
from papers.lists import matching
from papers.models import follow
from papers.search import lexicon, retrieval
from tests.test_house_rules import MAX_CHARACTERS, MAX_LINES, MAX_VIEW_LINES, PYTHON, ROOT, TRACKED

MAX_BODY_MB, BODY_KB = max(settings.LONGER_BODIES.values()) // 10**6, settings.BODY_LIMIT // 10**3
# A document, a pattern of what it says with one number in it, and that number from the code.
NUMBERS = [
    ("CONTRIBUTING.md", r"No file has more than (\d+) lines", MAX_LINES),
    ("CONTRIBUTING.md", r"no line more than (\d+) characters", MAX_CHARACTERS),
    ("CONTRIBUTING.md", r"a function of at most (\d+) lines", MAX_VIEW_LINES),
    ("SECURITY.md", r"A body is (\d+) MB at most where a picture is expected", MAX_BODY_MB),
    ("SECURITY.md", r"is expected and (\d+) kB elsewhere", BODY_KB),
    ("docs/deploy.md", r"a process has (\d+) connections", server.CONNECTIONS),
    ("docs/api.md", r"A network may make (\d+) requests", rates.OF_NETWORK.amount),
    ("docs/api.md", r"requests in (\d+) minutes", rates.PERIOD.seconds // 60),
    ("docs/api.md", r"and a person ([\d,]+) with tokens", rates.OF_PERSON.amount),
    ("docs/api.md", r"A page has at most (\d+) rows", queries.MAX_LIMIT),
    ("docs/api.md", r"reach ([\d,]+) papers", listed.MAX_COUNTED),
    ("docs/architecture.md", r"any of up to (\d+) follows", follow.MAX_FOLLOWS),
    ("docs/architecture.md", r"one by one: (\d+) for each wanted row", matching.TESTED[0]),
    ("docs/architecture.md", r"then (\d+), while that number", matching.TESTED[1]),
    ("docs/architecture.md", r"unless there are more than ([\d,]+) or", matching.MAX_COLLECTED),
    ("docs/deploy.md", r"bodies of (\d+) MB", MAX_BODY_MB),
    ("docs/deploy.md", r"takes (\d+) kB at most", BODY_KB),
    ("docs/import.md", r"A file may have (\d+) MB unpacked", files.MAX_BYTES // 2**20),
    ("docs/import.md", r"more than (\d+) MB of a body", client.MAX_BODY_BYTES // 2**20),
    ("docs/import.md", r"requests up to (\d+) papers", hub_papers.MAX_A_RUN),
    ("docs/import.md", r"papers of the last (\d+) days one by one", following.FOLLOWED_DAYS),
    ("docs/import.md", r"a file has at most (\d+) MB", formats.MAX_BYTES // 10**6),
    ("docs/import.md", r"a list at most ([\d,]+) entries", formats.MAX_ENTRIES),
    ("docs/import.md", r"are read, up to (\d+) MB in all", archive.MAX_BYTES // 10**6),
    ("docs/import.md", r"A list of more than (\d+) pages", following.MAX_PAGES),
    ("docs/import.md", r"whose address has more than (\d+) characters", lengths.MAX_URL),
    ("docs/import.md", r"A number of more than ([\d,]+) is left out", values.MAX_COUNT),
    ("docs/import.md", r"of at most (\d+) other sites", sites.MAX_SITES),
    ("docs/scaling.md", r"anything else within the last (\d+) seconds", replicas.WRITTEN_SECONDS),
    ("docs/scaling.md", r"at most (\d+) seconds behind", lag.MAX_LAG),
    ("docs/scaling.md", r"up to (\d+) seconds old", lag.MAX_LAG),
    ("docs/runbook.md", r"it reads no more after (\d+) seconds", metrics.MAX_SECONDS),
    ("docs/runbook.md", r"a request took longer than (\d+) second", watching.SLOW_REQUEST_SECONDS),
    ("docs/runbook.md", r"of a request took longer than (\d+) ms", watching.SLOW_STATEMENT_SECONDS * 1_000),
    ("docs/search.md", r"leave some ([\d,]+) papers or fewer", lexicon.MAX_POSTINGS),
    ("docs/search.md", r"the first ([\d,]+) papers of the order", retrieval.SCAN_LIMIT),
]


@pytest.mark.parametrize(("document", "pattern", "number"), NUMBERS)
def test_documents_state_the_numbers_of_the_code(document, pattern, number):
    text = " ".join((ROOT / document).read_text().split())
    assert [int(found.replace(",", "")) for found in re.findall(pattern, text)] == [number]


def exists(code: str) -> bool:
    """Returns whether the file, the model's verb or the name in our packages that `code` begins with exists.

    The name of a logger exists, too. Code that begins with none of these is taken to exist.
    """
    if path := re.match(r"[\w./]+\.py\b", code):
        return any(str(tracked).endswith(f"/{path[0]}") for tracked in TRACKED)
    if verb := re.match(r"(\w+)\.objects\.(\w+)", code):
        return any(model.__name__ == verb[1] and hasattr(model.objects, verb[2]) for model in apps.get_models())
    if name := re.match(r"(?:accounts|api|config|inbox|lib|moderation|orgs|papers)(?:\.\w+)+", code):
        try:
            resolve_name(name[0])
        except (ImportError, AttributeError):
            return any(f'getLogger("{name[0]}")' in path.read_text() for path in PYTHON)
    return True


def test_code_that_documents_name_exists():
    for path in [*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"]:
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        assert [code for code in re.findall(r"`([^`]+)`", text) if not exists(code)] == [], path


@pytest.mark.parametrize("path", [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")], ids=lambda path: path.name)
def test_what_is_said_to_stand_above_or_below_stands_there(path):
    lines = path.read_text().splitlines()
    numbers = {_anchor(line): number for number, line in enumerate(lines) if line.startswith("#")}
    for number, line in enumerate(lines):
        for anchor, side in re.findall(r"\]\(#([\w-]+)\)”? (above|below)\b", line):
            assert side == ("above" if numbers[anchor] < number else "below"), line


def _anchor(heading: str) -> str:
    """Returns what an address has after its # for this heading."""
    return re.sub(r"[^\w -]", "", heading.lstrip("# ").lower()).replace(" ", "-")


def test_readme_maps_the_tree():
    readme = (ROOT / "README.md").read_text()
    block = readme.split("<!-- map -->")[1]
    mapped = set(re.findall(r"^ {0,4}(\S+)", block.replace("```", ""), re.MULTILINE))
    top = {path.relative_to(ROOT).parts[0] for path in TRACKED}
    folders = {p.relative_to(ROOT).parts[0] + "/" for p in TRACKED if len(p.relative_to(ROOT).parts) > 1}
    files = {name for name in top if f"{name}/" not in folders}
    assert mapped == folders | files


def test_every_setting_from_the_environment_is_documented():
    source = "\n".join(path.read_text() for path in [*(ROOT / "config").glob("*.py"), ROOT / "lib" / "env.py"])
    read = set(re.findall(r'\b(?:env(?:\.\w+)?|number|switch)\(\s*"([A-Z0-9_]+)"', source))
    read |= {
        f"{prefix}_CLIENT_{part}"
        for prefix in re.findall(r'_oauth_app\(\s*"(\w+)"', source)
        for part in ("ID", "SECRET")
    }
    example = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    table = set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert read == example == table


def test_every_promise_of_security_has_its_tests():
    names = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text()))
    tests = {name for path in PYTHON for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    assert names
    assert names - tests == set()
