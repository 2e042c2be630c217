"""The rules of the house (CONTRIBUTING.md), each a test."""

import ast
import re
import subprocess
import sys
from hashlib import sha256
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template import engines

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


def test_migrations_are_complete_and_only_added(db):
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
    lines = (ROOT / "tests" / "releases" / "migrations.sha256").read_text().splitlines()
    released = {name: digest for digest, name in map(str.split, lines)}
    apps = ("accounts", "api", "inbox", "lib", "moderation", "orgs", "papers")
    paths = [path for app in apps for path in (ROOT / app / "migrations").glob("[0-9]*.py")]
    found = {str(path.relative_to(ROOT)): sha256(path.read_bytes()).hexdigest() for path in paths}
    assert released.keys() >= {f"{app}/migrations/0001_initial.py" for app in apps}
    assert {name: found.get(name) for name in released} == released
    for name in found.keys() - released.keys():
        assert re.fullmatch(r"\w+/migrations/\d{4}_(?!auto|initial)[a-z0-9_]+(?<!_and_more)\.py", name), name


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


def test_every_address_of_ours_has_a_name():
    for app in ("accounts", "api", "inbox", "moderation", "orgs", "papers"):
        patterns = import_module(f"{app}.urls").urlpatterns
        assert [str(p.pattern) for p in patterns if not p.name] == []


def test_only_touch_raises_the_revision_of_papers_and_comments():
    raises = re.compile(r'\brevision(?:=F\("revision"\) \+ 1| \+= 1)')
    product = [path for path in PYTHON if "tests" not in path.parts]
    found = sorted(path.stem for path in product for _ in raises.findall(path.read_text()))
    assert found == ["commentqueryset", "paperqueryset"]


def test_lock_files_pin_by_hash_and_name_no_host():
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
