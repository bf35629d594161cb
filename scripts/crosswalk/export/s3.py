"""An export to S3-compatible storage: an object appears whole or not at all, large ones as multipart uploads.

Credentials come from boto3's own chain, or from the project's `.env` file under boto3's names.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crosswalk.errors import ConfigError
from crosswalk.export.parts import NAME, Part
from crosswalk.export.s3_errors import explained
from crosswalk.export.store import Store
from crosswalk.files import private_folder
from crosswalk.output import log
from crosswalk.redact import register
from crosswalk.settings import check_url

_PIECE = 1 << 20
_MULTIPART_BYTES = 16_000_000
_CONNECTIONS = 4
_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_ATTEMPTS = 5
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_HASH = "sha256"


class S3Store(Store):
    """The objects under `prefix/` of a bucket; the manifest is the object `prefix.manifest.json`.

    Raises ConfigError for a wrong address or where boto3 is not installed, CredentialsError and UnavailableError when
    the storage says so.
    """

    def __init__(
        self,
        url: str,
        environment: Mapping[str, str],
        scratch: Path,
        endpoint_url: str | None = None,
        region: str | None = None,
    ) -> None:
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        prefix = prefix.strip("/")
        if not bucket or not prefix:
            raise ConfigError(
                f"{url} names no prefix, and the manifest stands beside it: give --dest s3://{bucket or 'bucket'}/prefix."
            )
        self._bucket = bucket
        self._prefix = f"{prefix}/"
        self._manifest_key = f"{prefix}.manifest.json"
        self._scratch = scratch
        self.label = f"s3://{bucket}/{self._prefix}"
        self.manifest = f"s3://{bucket}/{self._manifest_key}"
        self._client = _client(environment, endpoint_url, region)
        self._sizes: dict[str, int] = {}

    def workplace(self, name: str) -> Path:
        return self._scratch / "parts" / name

    def existing(self) -> dict[str, int]:
        with explained(self._bucket):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            self._sizes = {
                item["Key"].removeprefix(self._prefix): int(item["Size"])
                for page in pages
                for item in page.get("Contents", [])
            }
        return dict(self._sizes)

    def holds(self, part: Part) -> bool:
        """The hash stands with the object, so nothing is read back; its size is what the storage says."""
        with explained(self._bucket):
            found = self._client.head_object(Bucket=self._bucket, Key=self._prefix + part.name)
        return bool(found["ContentLength"] == part.bytes and found["Metadata"].get(_HASH) == part.sha256)

    def publish(self, part: Part, path: Path) -> None:
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(
            multipart_threshold=_MULTIPART_BYTES,
            multipart_chunksize=_MULTIPART_BYTES,
            max_concurrency=_CONNECTIONS,
        )
        kind = "application/gzip" if part.name.endswith(".gz") else "application/x-ndjson"
        with explained(self._bucket):
            self._client.upload_file(
                str(path),
                self._bucket,
                self._prefix + part.name,
                ExtraArgs={"Metadata": {_HASH: part.sha256}, "ContentType": kind},
                Config=config,
            )
        path.unlink(missing_ok=True)

    def read_manifest(self) -> str | None:
        from botocore.exceptions import ClientError

        with explained(self._bucket):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._manifest_key)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                    return None
                raise
            content: bytes = answer["Body"].read()
        return content.decode("utf-8", "replace")

    def write_manifest(self, text: str) -> None:
        with explained(self._bucket):
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._manifest_key,
                Body=text.encode(),
                ContentType="application/json",
            )

    def sweep(self) -> None:
        """Give up the multipart uploads of a killed run: they are invisible, and cost money."""
        from botocore.exceptions import ClientError

        private_folder(self._scratch / "parts")
        try:
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            for upload in (one for page in pages for one in page.get("Uploads", [])):
                if NAME.fullmatch(upload["Key"].removeprefix(self._prefix)):
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
        except ClientError as error:
            # a right that exporting does not need; what is wrong with the bucket itself shows at the next request
            log.debug(f"Unfinished uploads could not be looked up: {error}")

    def read(self, name: str) -> Iterator[bytes]:
        with explained(self._bucket):
            body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"]
            with contextlib.closing(body):
                yield from body.iter_chunks(_PIECE)

    def check_room(self, size: int) -> None:
        """Storage has no end; the scratch holds one part at a time."""


def _client(environment: Mapping[str, str], endpoint_url: str | None, region: str | None) -> Any:
    """A client that retries what is worth it; secrets are registered so that no text shows them."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise ConfigError(
            'Exporting to S3 needs boto3: run `pip install "crosswalk[s3]"`, then the same command again.'
        ) from error
    address = endpoint_url or next((environment[name] for name in _ENDPOINTS if name in environment), None)
    if address:
        address = check_url(address, "--endpoint-url" if endpoint_url else "AWS_ENDPOINT_URL")
    keys = {}
    if "AWS_ACCESS_KEY_ID" in environment:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        keys = {name.lower(): environment[name] for name in names if name in environment}
    zone = region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    # Other storage than AWS does not know all of its checksums (Cloudflare R2 and Google Cloud Storage say so).
    checks = "when_required" if address else "when_supported"
    config = Config(
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        max_pool_connections=_CONNECTIONS * 2,
        request_checksum_calculation=checks,
        response_checksum_validation=checks,
    )
    with explained(""):
        session = boto3.session.Session(region_name=zone, **keys)
        found = session.get_credentials()
        if found is not None:
            frozen = found.get_frozen_credentials()
            for secret in (frozen.access_key, frozen.secret_key, frozen.token):
                register(secret or "")
        if address and not zone and not session.region_name:
            zone = "us-east-1"
        return session.client("s3", endpoint_url=address, region_name=zone, config=config)
