"""Uploads, exports and the dump in a bucket, with a real server that speaks S3: present, slow to come, and down."""

import gzip
import os
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryFile

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from api.dump import writing
from bench.hostile_pictures import flat
from lib.images import COVER, LOGO, copy, forget, keep, small, sweep
from lib.refusals import Busy
from papers.models import DataExport
from papers.people import tasks
from tests import bucket as store
from tests.accounts.entrance import PASSWORD, send
from tests.factories import PaperFactory
from tests.serving import free_port

DOWN = "Files can be neither read nor stored at the moment."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with store.bucket(tmp_path_factory.mktemp("store")) as bucket:
        yield bucket


@pytest.fixture
def bucket(server, settings):
    """The site keeps its files in this bucket, which is empty."""
    for name in server.names():
        server.client().delete_object(Bucket=store.NAME, Key=name)
    settings.STORAGES = server.storages
    return server


@pytest.fixture
def break_down(settings):
    """`break_down()`: nobody answers any more at the address of the store."""

    def break_down():
        settings.STORAGES = store.Bucket(f"http://127.0.0.1:{free_port()}").storages

    return break_down


class Breaking(BaseHTTPRequestHandler):
    """A store that hangs up in the middle of each file."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"PK and no more")

    def log_message(self, *args):
        """Print nothing."""


@pytest.fixture
def breaking_off(settings):
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as store_that_breaks_off:
        threading.Thread(target=store_that_breaks_off.serve_forever).start()
        settings.STORAGES = store.Bucket(f"http://127.0.0.1:{store_that_breaks_off.server_port}").storages
        yield
        store_that_breaks_off.shutdown()


def png() -> SimpleUploadedFile:
    return SimpleUploadedFile("me.png", flat("PNG", (400, 400)), "image/png")


def test_a_picture_is_in_the_bucket_and_at_the_address_of_the_site(bucket, client, db):
    name = keep(png(), LOGO)
    assert bucket.names() == {f"media/{name}", f"media/{small(name)}"}
    assert default_storage.url(name) == f"/media/{name}"
    answer = client.get(f"/media/{name}", headers={"Accept-Encoding": "gzip"})
    body = answer.getvalue()
    assert (body[:4], body[8:12], answer.headers["Content-Type"]) == (b"RIFF", b"WEBP", "image/webp")
    assert (answer.headers["Content-Length"], "Content-Encoding" in answer.headers) == (str(len(body)), False)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(f"/media/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"/media/logos/{'0' * 32}.webp").status_code == 404


def test_an_upload_never_replaces_another_one_but_an_export_does(bucket):
    names = [default_storage.save("logos/a.webp", ContentFile(data)) for data in (b"first", b"second")]
    assert [default_storage.open(name).read() for name in names] == [b"first", b"second"]
    assert [storages["exports"].save("a.zip", ContentFile(data)) for data in (b"first", b"second")] == ["a.zip"] * 2
    assert storages["exports"].open("a.zip").read() == b"second"
    with pytest.raises(ValueError, match="no address"):
        storages["exports"].url("a.zip")


def test_pictures_are_copied_and_deleted_and_a_missing_one_is_ignored(bucket):
    name = keep(png(), COVER)
    other = copy(name)
    forget([name, f"covers/{'0' * 32}.webp"])
    assert bucket.names() == {f"media/{other}", f"media/{small(other)}"}
    with pytest.raises(FileNotFoundError):
        default_storage.open(name)
    with pytest.raises(FileNotFoundError):
        default_storage.get_modified_time(name)


def test_the_nightly_sweep_finds_what_no_page_shows_even_half_a_picture(bucket, time_machine):
    shown, half, _ = (keep(png(), LOGO) for _ in range(3))
    default_storage.delete(half)
    sweep("logos", {shown})
    assert len(bucket.names()) == 5  # they may be in an open form
    time_machine.move_to(timezone.now() + timedelta(days=3))
    sweep("logos", {shown})
    sweep("portraits", set())
    assert bucket.names() == {f"media/{shown}", f"media/{small(shown)}"}


@pytest.mark.django_db(transaction=True)
def test_an_export_goes_through_the_bucket_to_its_owner(bucket, alice, bob, signed_in, time_machine):
    alice.set_password(PASSWORD)
    alice.save()
    export = DataExport.objects.ask(alice)
    tasks.make_export(export.token)
    assert bucket.names() == {f"exports/{export.token}.zip"}
    assert signed_in(bob).get(f"/settings/data/{export.token}").status_code == 404
    reader = signed_in(alice)
    send(reader, "/accounts/reauthenticate/", {"password": PASSWORD})
    answer = reader.get(f"/settings/data/{export.token}")
    body = answer.getvalue()
    assert (body[:2], answer.headers["Content-Length"]) == (b"PK", str(len(body)))
    assert "no-store" in answer.headers["Cache-Control"]
    storages["exports"].save("stray.zip", ContentFile(b"PK"))
    DataExport.objects.clear()
    assert bucket.names() == {f"exports/{export.token}.zip"}
    alice.delete()
    assert bucket.names() == set()


def test_the_dump_goes_through_the_bucket_and_a_month_that_has_not_changed_is_not_sent_again(bucket, client, db):
    assert client.get("/dump/index.json").status_code == 404
    PaperFactory()
    [entry] = writing.write()["files"]
    assert bucket.names() == {"dump/index.json", f"dump/{entry['name']}"}
    sent_at = storages["dump"].get_modified_time(entry["name"])
    storages["dump"].save("2025-08-0123456789abcdef.jsonl.gz", ContentFile(b"of no index"))
    writing.write()
    assert bucket.names() == {"dump/index.json", f"dump/{entry['name']}"}
    assert storages["dump"].get_modified_time(entry["name"]) == sent_at
    assert client.get("/dump/index.json").json()["files"] == [entry]
    answer = client.get(f"/dump/{entry['name']}", headers={"Accept-Encoding": "gzip"})
    assert len(gzip.decompress(answer.getvalue()).splitlines()) == 1
    assert answer.headers["Content-Length"] == str(entry["bytes"])


def test_a_large_file_is_never_in_memory_as_a_whole(bucket):
    megabytes = 40
    storages["exports"].save("small.txt", ContentFile(b"loads what boto3 keeps for the life of the process"))
    with TemporaryFile() as file:
        for _ in range(megabytes):
            file.write(os.urandom(10**6))
        tracemalloc.start()
        storages["exports"].save("large.zip", File(file))
        with storages["exports"].open("large.zip") as stored:
            size = sum(map(len, stored.chunks()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (size, stored.size) == (megabytes * 10**6,) * 2
    assert peak < 20_000_000  # pieces of 8 MB


def test_while_the_store_is_down_nothing_that_was_typed_or_stored_is_lost(bucket, break_down, alice, signed_in, caplog):
    reader = signed_in(alice)
    assert reader.act("/settings/profile", {"name": "Alice", "portrait": png()}).url == "/settings/profile"
    alice.refresh_from_db()
    before, portrait = bucket.names(), alice.portrait.name
    break_down()
    answer = reader.act("/settings/profile", {"name": "Typed with care", "portrait": png()})
    page = answer.content.decode()
    assert (answer.status_code, DOWN in page, 'value="Typed with care"' in page) == (400, True, True)
    alice.refresh_from_db()
    assert (alice.name, alice.portrait.name, bucket.names()) == ("Alice", portrait, before)
    picture = reader.get(f"/media/{portrait}")
    assert (picture.status_code, DOWN in picture.content.decode(), picture.headers["Retry-After"]) == (503, True, "10")
    assert "no-store" in picture.headers["Cache-Control"]
    assert "The store of the bucket did not do what it should: EndpointConnectionError" in caplog.text
    assert store.SECRET not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_an_export_and_a_deletion_wait_for_the_store(bucket, break_down, settings, alice, time_machine):
    export, storages_of_bucket = DataExport.objects.ask(alice), settings.STORAGES
    break_down()
    with pytest.raises(Busy):
        tasks.make_export(export.token)
    assert DataExport.objects.get().has_failed
    settings.STORAGES = storages_of_bucket
    tasks.make_export(export.token)  # the job is tried again
    assert (DataExport.objects.get().is_ready, len(bucket.names())) == (True, 1)
    break_down()
    alice.delete()
    assert (DataExport.objects.count(), len(bucket.names())) == (0, 1)
    settings.STORAGES = storages_of_bucket
    DataExport.objects.clear()
    assert bucket.names() == set()


def test_a_bucket_that_is_not_there_is_no_missing_file(bucket, settings):
    wrong = {"OPTIONS": bucket.storages["exports"]["OPTIONS"] | {"bucket_name": "another-one"}}
    settings.STORAGES = bucket.storages | {"exports": bucket.storages["exports"] | wrong}
    for fails in (
        lambda: storages["exports"].open("a.zip"),
        lambda: storages["exports"].save("a.zip", ContentFile(b"x")),
        lambda: storages["exports"].listdir(""),
    ):
        with pytest.raises(Busy):
            fails()


def test_a_file_that_breaks_off_is_an_answer_of_the_store_that_failed(breaking_off, client, db):
    with pytest.raises(Busy), storages["exports"].open("a.zip") as file:
        list(file.chunks())
    answer = client.get("/dump/index.json")
    assert (answer.status_code, DOWN in answer.content.decode()) == (503, True)


def test_threads_share_what_a_connection_takes_most_memory_for(bucket):
    with ThreadPoolExecutor(4) as pool:
        connections = list(pool.map(lambda number: default_storage.connection, range(8)))
    assert len({id(one.meta.client.meta.service_model._service_description) for one in connections}) == 1


def test_without_a_bucket_boto3_is_not_imported():
    code = "import sys, config.wsgi; print(*sorted({'boto3', 'botocore', 'storages'} & sys.modules.keys()))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "\n"
