from urllib.parse import urlencode

from django.conf import settings

from lib.bodies import body_limit
from lib.markup import MAX_LENGTH
from tests.test_walk import ADDRESSES, build_scene  # noqa: F401


def test_whatever_form_takes_a_file_takes_a_body_as_long(scene):
    owner, found = scene["owner"], set()
    for path in ADDRESSES.values():
        takes_files = b'enctype="multipart/form-data"' in b"".join(owner.get(path))
        assert (body_limit(path) > 5_000_000) == takes_files, path
        found |= {path} if takes_files else set()
    assert {"/settings/profile", "/settings/import", "/orgs/lab/edit"} <= found


def test_a_comment_may_be_as_long_in_any_script_as_it_may_be():
    longest = urlencode({"text": "𝔸" * MAX_LENGTH})
    of_papers = [f"/papers/{path}" for path in ("2509.08721/comments/new", "2509.08721/report", "submit/key")]
    for path in (*of_papers, "/comments/7/edit", "/markdown"):
        assert len(longest) < body_limit(path)


def test_what_a_mail_service_reports_may_be_long():
    assert body_limit("/anymail/sendgrid/tracking/") > 1_000_000 > settings.BODY_LIMIT
