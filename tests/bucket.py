"""A store that speaks S3, in a process of its own, and a bucket in it."""

import contextlib
import runpy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import boto3

from tests.serving import ROOT, free_port, running

NAME, KEY, SECRET, REGION = "broadsheet-files", "key-of-tests", "secret-of-tests", "eu-central-1"


@dataclass(frozen=True)
class Bucket:
    url: str  # of the store

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a site uses this bucket."""
        credentials = {"S3_ACCESS_KEY_ID": KEY, "S3_SECRET_ACCESS_KEY": SECRET, "S3_REGION": REGION}
        return {"S3_BUCKET": NAME, "S3_ENDPOINT_URL": self.url} | credentials

    @property
    def storages(self) -> dict:
        """STORAGES as the site's settings are with these variables, and the static files of the tests."""
        with patch.dict("os.environ", self.environment):
            return runpy.run_path(str(ROOT / "config" / "files.py"))["STORAGES"]

    def client(self):
        return boto3.client(
            "s3", endpoint_url=self.url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET
        )

    def names(self) -> set[str]:
        return {entry["Key"] for entry in self.client().list_objects_v2(Bucket=NAME).get("Contents", [])}


@contextlib.contextmanager
def bucket(folder: Path) -> Iterator[Bucket]:
    """An empty bucket, until the end of the block."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, port, folder / "store.log", PATH="/usr/bin:/bin") as server:
        server.wait_until_ready()
        made = Bucket(server.url)
        made.client().create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield made
