"""The storage in a folder: who may read it, and when a file has its name."""

import stat
from datetime import timedelta

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.EXPORT_ROOT, settings.DUMP_ROOT = tmp_path / "exports", tmp_path / "dump"


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_exports_are_for_the_site_alone_and_the_dump_for_a_proxy_too(settings):
    for name in ("exports", "dump"):
        assert storages[name].listdir("") == ([], [])
        storages[name].save("a", ContentFile(b"x"))
    assert (mode(settings.EXPORT_ROOT), mode(settings.EXPORT_ROOT / "a")) == (0o700, 0o600)
    assert (mode(settings.DUMP_ROOT), mode(settings.DUMP_ROOT / "a")) == (0o755, 0o644)


def test_a_file_is_replaced_at_once_and_stays_if_the_next_one_breaks_off(settings):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            assert (settings.DUMP_ROOT / "a").read_bytes() == b"first"
            yield b"half"
            raise OSError("the disk is full")

    assert storages["dump"].save("a", ContentFile(b"first")) == "a"
    with pytest.raises(OSError, match="full"):
        storages["dump"].save("a", Broken(b""))
    assert storages["dump"].listdir("") == ([], ["a"])
    assert storages["dump"].save("a", ContentFile(b"second")) == "a"
    assert (settings.DUMP_ROOT / "a").read_bytes() == b"second"


def test_what_a_killed_writer_has_left_is_no_file_and_goes_after_an_hour(settings, time_machine):
    storages["exports"].save("a", ContentFile(b"x"))
    part = settings.EXPORT_ROOT / ".killed.part"
    part.touch()
    assert storages["exports"].listdir("") == ([], ["a"])
    storages["exports"].clear(["a", "never there"])
    assert list(settings.EXPORT_ROOT.iterdir()) == [part]  # which may be written just now
    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))
    storages["exports"].clear([])
    assert list(settings.EXPORT_ROOT.iterdir()) == []


def test_no_file_outside_of_the_folder_is_reached(settings):
    (settings.DUMP_ROOT.parent / "secret").write_text("x")
    with pytest.raises(SuspiciousFileOperation):
        storages["dump"].open("../secret")
