"""Nothing that is hidden from anybody is in the dump."""

import gzip

from api.dump import writing
from tests.test_walk import SECRETS, build_scene

__all__ = ["build_scene"]  # which the fixture `scene` calls


def test_nothing_hidden_is_in_it(scene, settings, tmp_path):
    settings.DUMP_ROOT = tmp_path
    [entry] = writing.write()["files"]
    text = gzip.decompress((tmp_path / entry["name"]).read_bytes()).decode()
    assert "Common paper" in text
    assert [secret for secret in SECRETS if secret in text] == []
    assert "hilda" not in text  # who submitted it and does not show that
    for field in ("upvoted", "bookmarked", "comments"):
        assert f'"{field}"' not in text
