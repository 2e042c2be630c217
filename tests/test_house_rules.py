"""The rules of the house (CONTRIBUTING.md), each a test."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from io import StringIO
from pathlib import Path
from pkgutil import resolve_name

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.template import engines

from api import rates
from api.reading import listed, queries
from lib import server
from papers.ingest import client, files
from papers.lists import matching
from papers.models import follow
from papers.search import lexicon, retrieval

ROOT = Path(__file__).resolve().parent.parent
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    if name and (ROOT / name).is_file()
]
CODE = [path for path in TRACKED if path.suffix in {".py", ".html", ".css", ".js"} and "migrations" not in path.parts]
TEMPLATES = [path for path in TRACKED if path.suffix == ".html"]
PYTHON = [path for path in CODE if path.suffix == ".py"]
MAX_LINES, MAX_CHARACTERS, MAX_VIEW_LINES = 300, 120, 20
BANNED_MODULES = {"services", "selectors", "utils", "helpers", "common", "misc", "managers"}
OF_HTTP = {"django.http", "django.shortcuts", "lib.http", "lib.limits", "lib.pages", "lib.redirects", "lib.verbs"}
# Names that do not say what they stand for. `told` is banned, a longer name such as `told_at` is not.
BANNED_NAMES = {
    *("asked", "brought", "chosen", "darkroom", "doors", "elsewhere", "face", "heard", "keepers", "known", "lately"),
    *("legs", "meant", "parts", "places", "said", "shelves", "there", "told", "wording"),
}


def test_arrows_point_one_way():
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_files_and_lines_are_short():
    for path in CODE:
        lines = path.read_text().split("\n")
        name = path.relative_to(ROOT)
        assert len(lines) - 1 <= MAX_LINES, name
        assert [f"{name}:{n}" for n, line in enumerate(lines, 1) if len(line) > MAX_CHARACTERS] == []


def test_no_module_is_named_for_a_layer():
    assert [path for path in PYTHON if {path.stem, *path.relative_to(ROOT).parts[:-1]} & BANNED_MODULES] == []


def names_in(path: Path) -> set[str]:
    """Returns the name of the module and all names that it defines, assigns or imports."""
    names = {path.stem}
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Name() | ast.Attribute() if isinstance(node.ctx, ast.Store):
                names.add(getattr(node, "id", "") or node.attr)
            case ast.arg() | ast.keyword():
                names.add(node.arg or "")
            case ast.alias():
                names |= {node.name.rpartition(".")[2], node.asname or ""}
    return names


def test_names_are_plain_words():
    for path in PYTHON:
        assert {name for name in names_in(path) if name.strip("_").lower() in BANNED_NAMES} == set(), path


def test_models_and_verbs_know_nothing_of_http():
    for path in (
        p for p in PYTHON if p.parent.name == "models" or p.name in ("refusals.py", "merging.py", "succession.py")
    ):
        imports = {
            name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
            for module in [getattr(node, "module", None)]
            for name in ([module, f"{module}.{alias.name}"] if module else [alias.name])
        }
        assert imports.isdisjoint(OF_HTTP), path


def test_a_partial_is_used_at_least_twice():
    sources = [path.read_text() for path in TEMPLATES + PYTHON]
    for partial in (path for path in TEMPLATES if path.name.startswith("_")):
        name = str(partial.relative_to(ROOT / "templates"))
        assert sum(len(re.findall(re.escape(name), source)) for source in sources) >= 2, name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_htmx_element_works_without_it(path):
    for tag in re.findall(r"<[a-z][^<>]*\bhx-(?:get|post)=[^<>]*>", path.read_text()):
        assert re.search(r'\b(href|action|formaction)=|^<button(?![^>]*type="button")[^>]*\bname=', tag), tag


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_script_or_style_is_inline(path):
    source = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


def test_views_are_functions_of_at_most_20_lines():
    for path in (p for p in PYTHON if "views" in str(p.relative_to(ROOT)) and "tests" not in p.parts):
        for node in ast.parse(path.read_text()).body:
            assert not isinstance(node, ast.ClassDef), f"{path.name}: {node.name}"
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                assert body[-1].end_lineno - body[0].lineno < MAX_VIEW_LINES, f"{path.name}: {node.name}"


def test_a_list_is_made_in_the_lists_of_its_room_alone():
    rooms = {path for path in PYTHON if path.name == "lists.py"} | {ROOT / "papers" / "lists" / "general.py"}
    for path in (p for p in PYTHON if "tests" not in p.parts):
        made = [
            node.lineno
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "List"
        ]
        assert not made or path in rooms, f"{path.relative_to(ROOT)}:{made}"


REDIRECTS = {"redirect", "HttpResponseRedirect", "HttpResponsePermanentRedirect", "HttpResponseClientRedirect"}
FROM_OUTSIDE = {"GET", "POST", "META", "headers", "COOKIES", "get_full_path", "build_absolute_uri"}
CHECKED = {"local_path", "next_path", "referer_path"}


def test_nobody_is_led_to_an_address_from_outside_that_was_not_checked():
    for path in (p for p in PYTHON if "tests" not in p.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            name = isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", ""))
            if name not in REDIRECTS:
                continue
            inner = [part for argument in node.args for part in ast.walk(argument)]
            is_checked = {
                part.func.id for part in inner if isinstance(part, ast.Call) and hasattr(part.func, "id")
            } & CHECKED
            outside = {part.attr for part in inner if isinstance(part, ast.Attribute)} & FROM_OUTSIDE
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            assert is_checked or not outside, f"{where} leads where a request says; see lib.redirects.local_path"
            assert not is_checked or name != "redirect", f"{where}: redirect() takes an address for the name of a view"


def test_migrations_are_complete_and_one_per_app(db):
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
    for app in ("accounts", "api", "inbox", "lib", "moderation", "orgs", "papers"):
        assert [p.stem for p in (ROOT / app / "migrations").glob("[0-9]*.py")] == ["0001_initial"]


def test_every_template_compiles():
    for path in TEMPLATES:
        engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


def mail_templates() -> list[Path]:
    return [path for path in TRACKED if path.suffix == ".txt" and path.name != "llms.txt" and "templates" in path.parts]


# Addresses of ours, and moments: everything else in a mail may have been typed by somebody.
OUR_OWN = {"confirm", "ip", "link", "manage", "network", "never", "now", "path", "site", "stop", "expires_at"}
OUR_OWN |= {
    "as_role",
    "notification.link",
    "get_absolute_url",
    "subscription.path",
    "subscription.schedule",
    "invitation.email",
}


@pytest.mark.parametrize("path", mail_templates(), ids=lambda path: path.name)
def test_no_line_of_a_mail_begins_with_what_a_person_typed(path):
    for line in re.sub(r"{%.*?%}", "", path.read_text()).splitlines():
        for before, expression in re.findall(r"([^{}]*){{ *(.*?) *}}", line):
            name, _, form = expression.partition("|")
            if form != "as_quotation" and not OUR_OWN & {name, name.rpartition(".")[2]}:
                assert before.strip(), line
                assert form == "quoted" or form.startswith("line:"), line


MAX_BODY_MB, BODY_KB = max(settings.LONGER_BODIES.values()) // 10**6, settings.BODY_LIMIT // 10**3
# A document, a pattern of what it says with one number in it, and that number from the code.
NUMBERS = [
    ("CONTRIBUTING.md", r"No file has more than (\d+) lines", MAX_LINES),
    ("CONTRIBUTING.md", r"no line more than (\d+) characters", MAX_CHARACTERS),
    ("CONTRIBUTING.md", r"a function of at most (\d+) lines", MAX_VIEW_LINES),
    ("SECURITY.md", r"A body is (\d+) MB at most where a picture is expected", MAX_BODY_MB),
    ("SECURITY.md", r"is expected and (\d+) kB elsewhere", BODY_KB),
    ("SECURITY.md", r"of which a process has (\d+)", server.CONNECTIONS),
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
    if name := re.match(r"(?:accounts|config|inbox|lib|moderation|orgs|papers)(?:\.\w+)+", code):
        try:
            resolve_name(name[0])
        except (ImportError, AttributeError):
            return any(f'getLogger("{name[0]}")' in path.read_text() for path in PYTHON)
    return True


def test_code_that_documents_name_exists():
    for path in [*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"]:
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        assert [code for code in re.findall(r"`([^`]+)`", text) if not exists(code)] == [], path


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
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    read |= {
        f"{prefix}_CLIENT_{part}"
        for prefix in re.findall(r'_oauth_app\(\s*"(\w+)"', source)
        for part in ("ID", "SECRET")
    }
    example = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert read == example == table


def test_every_address_of_ours_has_a_name():
    for app in ("accounts", "api", "inbox", "moderation", "orgs", "papers"):
        patterns = import_module(f"{app}.urls").urlpatterns
        assert [str(p.pattern) for p in patterns if not p.name] == []


def test_only_touch_raises_the_revision_of_papers_and_comments():
    raises = re.compile(r'\brevision(?:=F\("revision"\) \+ 1| \+= 1)')
    product = [path for path in PYTHON if "tests" not in path.parts]
    found = sorted(path.stem for path in product for _ in raises.findall(path.read_text()))
    assert found == ["commentqueryset", "paperqueryset"]


def test_every_promise_of_security_has_its_tests():
    names = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text()))
    tests = {name for path in PYTHON for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    assert names
    assert names - tests == set()


def test_lock_files_pin_by_hash_and_name_no_host():
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
