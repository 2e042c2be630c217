"""The table of OWASP's ASVS in SECURITY.md: each requirement once, and what it says of the code is there."""

import ast
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account import app_settings
from allauth.mfa import app_settings as mfa
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator

from accounts import attempts, passwords, unproven_mail
from accounts.hashers import CappedPBKDF2Hasher
from accounts.models import securityevent
from lib import image_worker
from papers.intake import archive, formats
from papers.models import votenetwork
from tests.test_house_rules import PYTHON, ROOT, TRACKED

DOCUMENT = (ROOT / "SECURITY.md").read_text()
TEXT = " ".join(DOCUMENT.split())
# Which requirements of ASVS 5.0.0 belong to levels 1 and 2.
LEVELS = dict(line.split() for line in (ROOT / "tests" / "asvs_levels.txt").read_text().splitlines())
ROWS = [re.split(r" *\| *", line)[1:-1] for line in DOCUMENT.splitlines() if re.match(r"\| V\d+\.", line)]
TESTS = {name for path in PYTHON for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
FILES = {str(path.relative_to(ROOT)) for path in TRACKED}
FOLDERS = {f"{folder}/" for file in FILES for folder in Path(file).parents}
PRODUCT = [path for path in PYTHON if not {"bench", "tests"} & set(path.relative_to(ROOT).parts)]
IS = ["met", "n/a", "not met"]


def test_every_requirement_of_levels_1_and_2_is_there_once_in_its_order():
    assert [(row[0], row[1]) for row in ROWS] == list(LEVELS.items())
    assert Counter(LEVELS.values()) == {"1": 70, "2": 183}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_files_and_tests_that_exist_or_a_reason(row):
    _, _, demands, state, where, proof = row
    assert demands
    assert proof
    assert state in IS
    paths = re.findall(r"`([^`]+)`", where)
    assert (paths != []) is (where != "")
    assert [path for path in paths if path not in FILES | FOLDERS] == []
    assert paths or state == "n/a"
    assert set(re.findall(r"`(test_\w+)`", proof)) <= TESTS


def test_the_summary_counts_the_table():
    counts = Counter((row[0].partition(".")[0], row[3]) for row in ROWS)
    chapters = dict.fromkeys(chapter for chapter, _ in counts)
    found = re.findall(r"^\| (?:\[(V\d+) [^|]+|(all)) \| (\d+) \| (\d+) \| (\d+) \|$", DOCUMENT, re.MULTILINE)
    stated = {chapter or everything: [int(n) for n in numbers] for chapter, everything, *numbers in found}
    assert stated == {chapter: [counts[chapter, state] for state in IS] for chapter in chapters} | {
        "all": [sum(counts[chapter, state] for chapter in chapters) for state in IS]
    }


def days(period: timedelta) -> int:
    return period // timedelta(days=1)


def minutes(period: timedelta) -> int:
    return period // timedelta(minutes=1)


DECISIONS = [
    (r"signs out, or (\d+) days after they last", settings.SESSION_COOKIE_AGE // 86_400),
    (r"another proof, which lasts (\d+) minutes", app_settings.REAUTHENTICATION_TIMEOUT // 60),
    (r"(\d+) attempts for an account and", attempts._ACCOUNT.amount),
    (r"attempts for an account and (\d+) in all from one network", attempts._NETWORK.amount),
    (r"in all from one network in (\d+) minutes", minutes(attempts._NETWORK.period)),
    (r"(\d+) mails a day to a mailbox, 20", unproven_mail.TO_A_MAILBOX.amount),
    (r"mails a day to a mailbox, (\d+) an hour from a network", unproven_mail.FROM_A_NETWORK.amount),
    (r"opens once, for (\d+) hours", settings.PASSWORD_RESET_TIMEOUT // 3600),
    (r"A password has (\d+) characters or more", MinimumLengthValidator().min_length),
    (r"or a number of fewer than (\d+) characters", passwords.LONG),
    (r"digits and signs alone must be (\d+) or more", passwords.LONG),
    (r"AVIF \| 5 MB, (\d+) million pixels", image_worker.MAX_PIXELS // 10**6),
    (r"bookmarks of browsers \| (\d+) MB", formats.MAX_BYTES // 10**6),
    (r"bookmarks of browsers \| 5 MB, ([\d,]+) entries", formats.MAX_ENTRIES),
    (r"ZIP of a Broadsheet \| 5 MB; (\d+) MB unpacked", archive.MAX_BYTES // 10**6),
    (r"MB unpacked, (\d+) files", archive.MAX_FILES),
    (r"PBKDF2-HMAC-SHA-256 with ([\d,]+) rounds", CappedPBKDF2Hasher.iterations),
    (r"PBKDF2 with ([\d,]+) rounds", CappedPBKDF2Hasher.iterations),
    (r"by itself, after (\d+) days", days(votenetwork.KEPT)),
    (r"how it is protected \| its person \| (\d+) days", days(securityevent.KEPT)),
    (r"(\d+) seconds for those of an app, without tolerance", mfa.TOTP_PERIOD),
]


@pytest.mark.parametrize(("pattern", "number"), DECISIONS)
def test_decisions_state_the_numbers_of_the_code(pattern, number):
    assert [int(found.replace(",", "")) for found in re.findall(pattern, TEXT)] == [number]
    assert mfa.TOTP_TOLERANCE == 0
    assert f"the {round(len(CommonPasswordValidator().passwords), -4):,} most frequent ones" in TEXT


def calls(path) -> set[str]:
    """The names of all functions that this module calls, the modules that it imports, and the names of arguments."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.ImportFrom(module=str(name)) | ast.keyword(arg=str(name)):
                names.add(name)
            case ast.Call(func=ast.Attribute(attr=name)) if name in ("from_string", "system", "popen"):
                names.add(name)
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
    return names


def test_no_code_and_no_command_is_made_of_text():
    forbidden = {"eval", "exec", "compile", "__import__", "Template", "from_string", "shell", "system", "popen"}
    forbidden |= {"pickle", "marshal", "shelve", "yaml"}
    assert {str(path): calls(path) & forbidden for path in PRODUCT if calls(path) & forbidden} == {}


def test_no_script_writes_markup():
    markup = re.compile(r"\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function|__proto__")
    for path in (ROOT / "static" / "js").glob("*.js"):
        assert markup.findall(path.read_text()) == [], path
