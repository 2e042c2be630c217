"""Two web nodes and two workers on one database and one bucket: each does for the other, and one of each is killed."""

import contextlib
import os
import re
import smtplib
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from bench.hostile_pictures import flat
from tests import bucket as store
from tests.browsing import Browser
from tests.config.conftest import PASSWORD
from tests.serving import PATIENCE, ROOT, free_port, running, serve

VOTERS = ("alice", "bob", "carol")
# What is deferred, whichever worker does so: procrastinate deletes jobs that succeed.
DEFERRED = """
    CREATE TABLE deferred (task text, timestamp text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO deferred VALUES (NEW.task_name, NEW.args->>'timestamp'); RETURN NULL; END $$;
    CREATE TRIGGER note AFTER INSERT ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION note();
"""
SUBSCRIBERS = """
    UPDATE papers_paper SET listed_at = now() - interval '1 hour';
    INSERT INTO inbox_subscription
        (key, email, address, title, cadence, hour, zone, most, state, end_reason, requested_at, confirmed_at, next_at)
    SELECT 'subscriber' || n, 'subscriber' || n || '@example.org', '/papers/trending', 'Trending', 'daily', 7, 'UTC',
        10, 'active', '', now(), now(), now() - interval '1 minute'
    FROM generate_series(1, 40) n;
"""
BEGIN_LETTERS = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    VALUES ('default', 'inbox.letters.tasks.send_letters', 'letters', '{"timestamp": 1}') ON CONFLICT DO NOTHING
"""


class Site:
    """The two nodes and what they have in common. `url` is of the database."""

    def __init__(self, url: str, bucket: store.Bucket, folders: list, mail: tuple[int, object], stack):
        self.url, self.bucket, self.folders, self.stack = url, bucket, folders, stack
        self.mail_port, self.noted = mail
        self.servers = {}
        self.host = f"127.0.0.1:{free_port()}"
        self.environment = bucket.environment | {
            "BASE_URL": f"http://{self.host}",
            "BROADSHEET_DEMO": "1",
            "BROADSHEET_DEMO_PASSWORD": PASSWORD,
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "EMBEDDING": "none",
            "FRONT_DOOR": "0",
            "SECRET_KEY": "the key of both nodes and of both workers",
            "WEB_CONCURRENCY": "1",
        }

    def nodes(self) -> list:
        """Both nodes, of which those that are not running are started."""
        for number, folder in enumerate(self.folders):
            if number not in self.servers or self.servers[number].process.poll() is not None:
                self.servers[number] = self.stack.enter_context(serve(folder, "--no-worker", **self.environment))
        for server in self.servers.values():
            server.wait_until_ready()
        return [self.servers[number] for number in range(2)]

    def worker(self, number: int):
        command = [sys.executable, "manage.py", "procrastinate", "worker"]
        environment = os.environ | self.environment | {"BROADSHEET_DATA": str(self.folders[number])}
        return self.stack.enter_context(running(command, 0, self.folders[number] / "worker.log", **environment))

    def rows(self, statement: str, *params) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, params or None)
            return cursor.fetchall() if cursor.description else []

    def letters(self) -> Counter:
        """How many letters each address got."""
        return Counter(line.split()[0] for line in self.noted.read_text().splitlines())

    def member(self, port: int, username: str) -> Browser:
        member = Browser(port, self.host)
        member.sign_in(username)
        return member


@pytest.fixture(scope="module")
def site(worker_id, tmp_path_factory):
    server, name = os.environ["DATABASE_URL"], f"nodes_{worker_id}"
    folders = [tmp_path_factory.mktemp("node") for _ in range(2)]
    for folder in folders:
        (folder / "static").symlink_to(settings.STATIC_ROOT)
    with psycopg.connect(server, autocommit=True) as connection, contextlib.ExitStack() as stack:
        drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
        connection.execute(drop)
        connection.execute(f"CREATE DATABASE {name}")
        stack.callback(connection.execute, drop)
        bucket = stack.enter_context(store.bucket(tmp_path_factory.mktemp("store")))
        port, noted = free_port(), tmp_path_factory.mktemp("mail") / "noted"
        sink = [sys.executable, "-m", "bench.sink", str(port), str(noted)]
        stack.enter_context(running(sink, port, noted.with_name("log"), PATH="/usr/bin:/bin", PYTHONPATH=str(ROOT)))
        yield Site(urlsplit(server)._replace(path=f"/{name}").geturl(), bucket, folders, (port, noted), stack)


@pytest.fixture
def nodes(site):
    """The ports of two nodes."""
    return [server.port for server in site.nodes()]


def wait_for(what, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


def test_who_signs_in_or_out_at_one_node_does_so_at_the_other(site, nodes):
    first, second = nodes
    alice = site.member(first, "alice")
    assert "Account of alice" in alice.at(second).get("/papers").text
    session = dict(alice.cookies)
    assert alice.at(second).post("/accounts/logout/").status == 302
    assert "Account of alice" not in Browser(first, site.host, session).get("/papers").text


def test_votes_through_both_nodes_count_once_a_person(site, nodes):
    members = [site.member(nodes[number % 2], name) for number, name in enumerate(VOTERS)]
    [(paper,)] = site.rows("SELECT arxiv_id FROM papers_paper ORDER BY id LIMIT 1")
    browsers = [member.at(port) for member in members for port in nodes for _ in range(3)]
    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(lambda browser: browser.post(f"/papers/{paper}/vote").status, browsers))
    assert set(answers) == {302}
    count = "SELECT vote_count - imported_votes, (SELECT count(*) FROM papers_vote WHERE paper_id = p.id) "
    [(counted, rows)] = site.rows(f"{count} FROM papers_paper p WHERE arxiv_id = %s", paper)
    assert counted == rows >= len(VOTERS)
    pages = [members[0].at(port).get(f"/papers/{paper}").text for port in nodes]
    assert [re.search(r'aria-pressed="(\w+)"', page)[1] for page in pages] == ["true", "true"]


def test_a_picture_that_comes_to_one_node_is_seen_at_the_other(site, nodes):
    first, second = nodes
    bob = site.member(first, "bob")
    portrait = SimpleUploadedFile("p.png", flat("PNG", (300, 300)))
    form = encode_multipart(BOUNDARY, {"csrfmiddlewaretoken": bob.cookies["csrftoken"], "portrait": portrait})
    assert bob.send("POST", "/settings/profile", form, **{"Content-Type": MULTIPART_CONTENT}).status == 302
    address = re.search(r'src="(/media/portraits/[^"]+)"', Browser(second, site.host).get("/people/bob").text)[1]
    answers = [Browser(port, site.host).get(address) for port in nodes]
    assert [(answer.status, answer.body[8:12]) for answer in answers] == [(200, b"WEBP")] * 2
    assert answers[0].body == answers[1].body
    assert [list(folder.glob("media/**/*")) for folder in site.folders] == [[], []]


def test_one_of_each_is_killed_and_nothing_is_lost_or_done_twice(site, nodes):
    wait_for(lambda: _takes_mail(site.mail_port))
    site.rows(DEFERRED)
    site.rows(SUBSCRIBERS)
    carol, papers = site.member(nodes[1], "carol"), site.rows("SELECT arxiv_id FROM papers_paper ORDER BY id")
    site.rows("DELETE FROM papers_vote v USING accounts_user u WHERE u.id = user_id AND username = 'carol'")
    workers = [site.worker(number) for number in range(2)]
    acknowledged = []
    site.rows(BEGIN_LETTERS)
    wait_for(lambda: sum(site.letters().values()) >= 3)
    for number, (paper,) in enumerate(papers):
        if number == len(papers) // 2:
            site.servers[0].kill()
            workers[0].kill()
        port = nodes[0] if number % 2 and number < len(papers) // 2 else nodes[1]
        if carol.at(port).post(f"/papers/{paper}/vote").status == 302:
            acknowledged.append(paper)
    assert len(acknowledged) == len(papers)
    carol.post("/settings/data/make")
    site.rows(BEGIN_LETTERS)
    subscribers = {f"subscriber{number}@example.org" for number in range(1, 41)}
    wait_for(lambda: site.rows("SELECT count(*) FROM inbox_letter WHERE state = 'sent'") == [(len(subscribers),)])
    # One that the killed worker was handing over counts as sent, whether it has arrived or not (docs/inbox.md).
    assert len(subscribers - site.letters().keys()) <= 1
    voted = site.rows(
        "SELECT arxiv_id FROM papers_vote v JOIN papers_paper p ON p.id = paper_id JOIN accounts_user u ON "
        "u.id = user_id WHERE username = 'carol'"
    )
    assert {paper for (paper,) in voted} == set(acknowledged)
    wait_for(lambda: any(name.startswith("exports/") for name in site.bucket.names()))
    assert {address: number for address, number in site.letters().items() if number != 1} == {}
    deferred = site.rows("SELECT task, timestamp, count(*) FROM deferred WHERE length(timestamp) > 5 GROUP BY 1, 2")
    assert "config.tasks.rescue_jobs" in {task for task, _, _ in deferred}
    assert [row for row in deferred if row[2] != 1] == []


def _takes_mail(port: int) -> bool:
    with contextlib.suppress(OSError), smtplib.SMTP("127.0.0.1", port):
        return True
    return False
