"""The rules of the house (CONTRIBUTING.md), each a test."""

import ast
import re
import subprocess
import sys
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
BANNED = {"services", "selectors", "utils", "helpers", "common", "misc", "managers"}


def test_arrows_point_one_way():
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_no_file_is_longer_than_300_lines():
    assert [f"{path.name}: {n}" for path in CODE if (n := len(path.read_text().splitlines())) > 300] == []


def test_no_module_is_named_for_a_layer():
    assert [path for path in PYTHON if {path.stem, *path.relative_to(ROOT).parts[:-1]} & BANNED] == []


def test_a_partial_is_used_at_least_twice():
    sources = [path.read_text() for path in TEMPLATES + PYTHON]
    for partial in (path for path in TEMPLATES if path.name.startswith("_")):
        name = str(partial.relative_to(ROOT / "templates"))
        assert sum(len(re.findall(re.escape(name), source)) for source in sources) >= 2, name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_htmx_element_works_without_it(path):
    for tag in re.findall(r"<[a-z][^<>]*\bhx-(?:get|post)=[^<>]*>", path.read_text()):
        assert re.search(r"\b(href|action|formaction)=", tag), tag


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
                assert body[-1].end_lineno - body[0].lineno < 20, f"{path.name}: {node.name}"


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
    for app in ("accounts", "inbox", "lib", "orgs", "papers"):
        assert [p.stem for p in (ROOT / app / "migrations").glob("[0-9]*.py")] == ["0001_initial"]


def test_every_template_compiles():
    for path in TEMPLATES:
        engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


def mail_templates() -> list[Path]:
    return [path for path in TRACKED if path.suffix == ".txt" and path.name != "llms.txt" and "templates" in path.parts]


# Addresses of ours, and moments: everything else in a mail may have been typed by somebody.
OUR_OWN = {"confirm", "ip", "link", "manage", "network", "never", "now", "path", "site", "stop", "expires_at"}
OUR_OWN |= {"as_role", "note.link", "get_absolute_url", "subscription.path", "subscription.rhythm", "invitation.email"}


@pytest.mark.parametrize("path", mail_templates(), ids=lambda path: path.name)
def test_no_line_of_a_mail_begins_with_what_a_person_typed(path):
    for line in re.sub(r"{%.*?%}", "", path.read_text()).splitlines():
        for before, expression in re.findall(r"([^{}]*){{ *(.*?) *}}", line):
            name, _, form = expression.partition("|")
            if form != "as_quotation" and not OUR_OWN & {name, name.rpartition(".")[2]}:
                assert before.strip(), line
                assert form == "quoted" or form.startswith("line:"), line


def test_readme_maps_the_tree():
    readme = (ROOT / "README.md").read_text()
    block = readme.split("<!-- map -->")[1]
    mapped = set(re.findall(r"^ {0,4}(\S+)", block.replace("```", ""), re.MULTILINE))
    top = {path.relative_to(ROOT).parts[0] for path in TRACKED}
    folders = {p.relative_to(ROOT).parts[0] + "/" for p in TRACKED if len(p.relative_to(ROOT).parts) > 1}
    files = {name for name in top if f"{name}/" not in folders}
    assert mapped == folders | files


def test_every_setting_from_the_environment_is_documented():
    source = "\n".join((ROOT / name).read_text() for name in ("config/settings.py", "lib/env.py"))
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
    for app in ("accounts", "inbox", "orgs", "papers"):
        patterns = import_module(f"{app}.urls").urlpatterns
        assert [str(p.pattern) for p in patterns if not p.name] == []


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
