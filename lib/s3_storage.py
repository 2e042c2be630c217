"""A storage in a bucket of a store that speaks S3. Only a site with a bucket imports this module, and so boto3."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from io import RawIOBase
from threading import Lock
from urllib.parse import urljoin

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from lib.refusals import Busy

logger = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 2, 5, 2
_MISSING = {"404", "NoSuchKey"}  # HEAD has no body, so that its error has no name
_lock = Lock()


class BucketStorage(S3Storage):
    """Files below `location` in the bucket, which this site alone reads: `url` gives an address of the site, or none.

    Every method raises FileNotFoundError for a file that is missing, and Busy if the store does not do what it should.
    """

    def get_default_settings(self) -> dict:
        return super().get_default_settings() | {
            "base_url": None,
            "client_config": None,
            # One thread, so that no more than one piece of 8 MB is in memory.
            "transfer_config": TransferConfig(use_threads=False),
        }

    def __init__(self, **options):
        super().__init__(**options)
        self.client_config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            s3={"addressing_style": "path" if self.endpoint_url else "auto"},
            request_checksum_calculation="when_required",  # as all stores understand it
            response_checksum_validation="when_required",
        )

    @property
    def connection(self):
        """The connection of this thread. Threads share a session, since each one reads 13 MB of descriptions."""
        with _lock:
            return super().connection

    @property
    def bucket(self):
        """The bucket by the connection of this thread, since resources of boto3 are not for several threads."""
        return self.connection.Bucket(self.bucket_name)

    def _create_session(self) -> boto3.Session:
        return _session(self.access_key, self.secret_key)

    def url(self, name: str, *args, **options) -> str:
        if self.base_url is None:
            raise ValueError("This file has no address.")
        return urljoin(self.base_url, filepath_to_uri(name))

    def _open(self, name: str, mode: str = "rb") -> File:
        """Returns the file, of which nothing is read before it is wanted. Reading it raises Busy, too."""
        if mode != "rb":
            raise ValueError("Files in the bucket are opened for reading; save() writes them.")
        with _answering():
            found = self.bucket.Object(self._normalize_name(name)).get()
        file = File(_Body(found["Body"]), name)
        file.size = found["ContentLength"]
        return file

    def _save(self, name: str, content) -> str:
        with _answering():
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with _answering():
            super().delete(name)

    def clear(self, names: Iterable[str]) -> None:
        """Delete the files of these names. Unlike a folder, a bucket shows no file that is half written."""
        for name in names:
            self.delete(name)

    def exists(self, name: str) -> bool:
        with _answering():
            return super().exists(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _answering():
            return super().listdir(name)

    def size(self, name: str) -> int:
        with _answering():
            return super().size(name)

    def get_modified_time(self, name: str):
        with _answering():
            return super().get_modified_time(name)


class _Body(RawIOBase):
    """The body of an answer, which raises what the storage raises."""

    def __init__(self, body: RawIOBase):
        self.body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        with _answering():
            return self.body.readinto(buffer)

    def close(self) -> None:
        self.body.close()
        super().close()


@cache
def _session(access_key: str | None, secret_key: str | None) -> boto3.Session:
    return boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key)


@contextmanager
def _answering() -> Iterator[None]:
    """Raises FileNotFoundError or Busy for what boto3 raises, whose messages are for the operator's log."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            raise FileNotFoundError("The file is not in the bucket.") from error
        raise _busy(error) from error
    except (Boto3Error, BotoCoreError) as error:
        raise _busy(error) from error


def _busy(error: Exception) -> Busy:
    """Returns what the reader sees. The log gets the kind of error, whose text has the address of the file."""
    reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    logger.error("The store of the bucket did not do what it should: %s", reason)
    return Busy("Files can be neither read nor stored at the moment. Try again in a minute.")
