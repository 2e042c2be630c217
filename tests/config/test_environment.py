"""What is wrong in the environment is said in one sentence, without what may be a secret."""

import shutil
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import address_checks, checks
from lib import env
from lib.env import read


def test_a_key_that_can_be_guessed_is_refused_and_not_shown(settings):
    assert checks.secret_key(None) == []
    settings.SECRET_KEY = "abc" * 10
    [found] = checks.secret_key(None)
    assert (found.id, settings.SECRET_KEY in found.msg) == ("broadsheet.E016", False)


def test_one_wrong_address_of_the_site_is_one_error(settings):
    settings.BASE_URL, settings.DEFAULT_FROM_EMAIL = "papers.example.org", "Broadsheet <broadsheet@None>"
    assert [error.id for error in address_checks.base_url(None)] == ["broadsheet.E003"]
    assert address_checks.contact(None) == []


@pytest.mark.parametrize("line", ["BASE_URL: https://example.org", "SECRET_KEY =s3cret", "s3cret"])
def test_a_line_that_sets_nothing_is_named_and_not_shown(tmp_path, line):
    file = tmp_path / ".env"
    file.write_text(f"# a comment\n\nexport PORT=8001\n{line}\n")
    with pytest.raises(ImproperlyConfigured) as refused:
        read(file)
    assert (f"{file}, line 4" in str(refused.value), line in str(refused.value)) == (True, False)


def test_a_start_with_such_a_line_ends_with_one_sentence(tmp_path):
    (tmp_path / "lib").mkdir()
    shutil.copy(env.__file__, tmp_path / "lib")
    (tmp_path / ".env").write_text("BASE_URL: https://example.org")
    command = [sys.executable, "-c", "import lib.env"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (1, "", 1)
    assert f"{tmp_path}/.env, line 1: write it as NAME=value" in run.stderr
