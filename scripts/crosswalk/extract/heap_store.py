"""Where a Heap dump is: a folder, or a bucket of S3-compatible storage. Both list their files and open one to read."""

import contextlib
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from crosswalk.errors import ConfigError, CredentialsError, CrosswalkError, LocalError, UnavailableError
from crosswalk.output import safe
from crosswalk.redact import register

_ATTEMPTS = 5
Done = TypeVar("Done")
_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class BrokenReadError(Exception):
    """A file could not be read to its end this time; reading it again may help."""


@dataclass(frozen=True)
class Item:
    """A file of the dump: `path` below its root, with `/`; size in bytes; `mark` changes when the content does."""

    path: str
    size: int
    mark: str


class Store(ABC):
    """A tree of files; `name` is how a person writes it."""

    name: str

    @abstractmethod
    def items(self) -> list[Item]:
        """All files, in the order of their paths. Raises CrosswalkError."""

    @abstractmethod
    def open(self, path: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """The bytes of a file. Raises CrosswalkError, and BrokenReadError (then or while it is read)."""

    def persistently(self, what: str, work: Callable[[], Done]) -> Done:
        """What `work` gives, tried again where a read breaks off. Raises UnavailableError in the end."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return work()
            except BrokenReadError as error:
                if attempt == _ATTEMPTS:
                    raise UnavailableError(
                        f"{safe(self.name)} broke off {_ATTEMPTS} times while {safe(what)} was read ({error}): run the same "
                        "command again later, it goes on where this run ended."
                    ) from error
                time.sleep(2.0**attempt)
        raise AssertionError("unreachable")

    def read(self, path: str) -> bytes:
        """A small file as a whole."""

        def work() -> bytes:
            with self.open(path) as file:
                return file.read()

        return self.persistently(path, work)


class FolderStore(Store):
    """A folder on this machine; links to files are followed, folders that are links are not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = str(root)

    def items(self) -> list[Item]:
        """All files below the folder."""
        found = []
        try:
            for folder, _, names in os.walk(self.root, onerror=_raise):
                for name in names:
                    path = Path(folder) / name
                    status = path.stat()
                    mark = f"{status.st_size}:{status.st_mtime_ns}"
                    found.append(Item(path.relative_to(self.root).as_posix(), status.st_size, mark))
        except OSError as error:
            raise _unreadable(error, self.name) from error
        return sorted(found, key=lambda item: item.path)

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The file, buffered."""
        try:
            file = (self.root / path).open("rb", buffering=1 << 18)
        except OSError as error:
            raise _unreadable(error, str(self.root / path)) from error
        with file:
            yield file


class BucketStore(Store):
    """`s3://bucket/prefix`, with the credentials and the endpoint that boto3 finds (AWS_* variables, ~/.aws)."""

    def __init__(self, bucket: str, prefix: str) -> None:
        for name in _SECRETS:
            register(os.environ.get(name, ""))
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.name = f"s3://{bucket}/{self.prefix}".rstrip("/")
        self._client = _s3_client()

    def items(self) -> list[Item]:
        """All objects below the prefix."""
        found = []
        with self._faults():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    path = entry["Key"].removeprefix(self.prefix)
                    if path and not path.endswith("/"):
                        found.append(Item(path, entry["Size"], f"{entry['Size']}:{entry['ETag']}"))
        return sorted(found, key=lambda item: item.path)

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The object as it comes from the network."""
        with self._faults():
            body = self._client.get_object(Bucket=self.bucket, Key=self.prefix + path)["Body"]
        with contextlib.closing(body):
            yield _Body(body)  # type: ignore[misc]

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """Turns what S3 says into one sentence."""
        from botocore import exceptions

        try:
            yield
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
            raise CredentialsError(
                "There are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE) and run the "
                "same command again."
            ) from error
        except exceptions.ClientError as error:
            raise self._refused(error.response) from error
        except exceptions.BotoCoreError as error:
            raise UnavailableError(
                f"{self.name} cannot be reached ({safe(type(error).__name__)}): check the network, the region and "
                "AWS_ENDPOINT_URL, then run the same command again."
            ) from error

    def _refused(self, response: Any) -> CrosswalkError:
        code = str(response.get("Error", {}).get("Code", ""))
        if code in ("NoSuchBucket", "NoSuchKey", "404"):
            return ConfigError(f"{self.name} is not there ({safe(code)}): check the bucket and the prefix.")
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status in (401, 403):
            return CredentialsError(
                f"S3 refused to read {self.name} ({safe(code)}): the credentials need s3:ListBucket and s3:GetObject there."
            )
        return UnavailableError(
            f"S3 answered {status} {safe(code)} for {self.name}: run the same command again later."
        )


class _Body:
    """An object's bytes; a connection that breaks is a BrokenReadError."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._waiting = b""

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; b"" at the end only."""
        if size < 0:
            return self._waiting + self._more(None)
        if not self._waiting:
            self._waiting = self._more(max(size, 1 << 18))
        found, self._waiting = self._waiting[:size], self._waiting[size:]
        return found

    def _more(self, size: int | None) -> bytes:
        from botocore import exceptions

        try:
            data: bytes = self._body.read(size)
        except (exceptions.BotoCoreError, OSError) as error:
            raise BrokenReadError(f"the connection broke ({type(error).__name__})") from error
        return data


def open_store(dump: str) -> Store:
    """The store of a dump as a person names it. Raises ConfigError (no such folder, a bad address, a missing extra)."""
    if dump.startswith("s3://"):
        bucket, _, prefix = dump.removeprefix("s3://").partition("/")
        if not bucket:
            raise ConfigError(f"{dump} names no bucket: write s3://bucket/prefix.")
        return BucketStore(bucket, prefix)
    folder = Path(dump).expanduser()
    if not folder.exists():
        raise LocalError(f"There is no folder or file {folder}: check the path of the dump.")
    return FolderStore(folder.resolve())


def _s3_client() -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise ConfigError(
            "Reading from S3 needs the package boto3: install it with `pip install 'crosswalk[s3]'`."
        ) from error
    from botocore import exceptions

    retries = {"max_attempts": _ATTEMPTS, "mode": "standard"}
    config = Config(connect_timeout=10, read_timeout=60, retries=retries)
    try:
        return boto3.session.Session().client("s3", config=config)
    except (exceptions.BotoCoreError, ValueError) as error:
        raise ConfigError(
            f"The AWS settings cannot be used ({error}): correct the AWS_* variables or ~/.aws."
        ) from error


def _raise(error: OSError) -> None:
    raise error


def _unreadable(error: OSError, path: str) -> LocalError:
    return LocalError(
        f"{error.filename or path} cannot be read ({error.strerror or error}): see to it and run the same command again."
    )
