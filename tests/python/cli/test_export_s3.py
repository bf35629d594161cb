"""Exporting to S3-compatible storage, against a local server behind a proxy that refuses, breaks off or fails on demand."""

import http.client
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from cli.support import Project, padded, posthog_event, record_uuid
from cli.test_export import parts, records, run_export

SECRET = "Wh4t+nobody/may=see"
BUCKET = "history-bucket"
DENIED = f"<Error><Code>AccessDenied</Code><Message>Access Denied {SECRET}</Message></Error>"
BUSY = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate</Message></Error>"


class Proxy(ThreadingHTTPServer):
    """Passes requests on and notes them; `trouble` names what happens to the next `left` puts of parts."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = port
        self.seen: list[str] = []
        self.trouble = ""
        self.left = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def writes(self) -> list[str]:
        """The requests that wrote a part."""
        return [one for one in self.seen if one.startswith(("PUT", "POST")) and ".jsonl" in one]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A broken connection is what the tests want, and no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        proxy = self.server
        proxy.seen.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length") or 0)
        is_part = self.command == "PUT" and ".jsonl" in self.path
        if proxy.trouble == "denied" or (is_part and proxy.trouble and proxy.left):
            proxy.left -= 1
            if proxy.trouble == "cut":
                self.rfile.read(length // 2)
                self.close_connection = True
                self.connection.close()
                return
            self.rfile.read(length)
            status, text = (403, DENIED) if "denied" in proxy.trouble else (503, BUSY)
            self._answer(status, {"Content-Type": "application/xml"}, text.encode())
            return
        body = self.rfile.read(length)
        behind = http.client.HTTPConnection("127.0.0.1", proxy.behind, timeout=30)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        content = answer.read()
        headers = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server")
        }
        size = answer.getheader("Content-Length")
        self._answer(answer.status, headers, content, size if self.command == "HEAD" else None)
        behind.close()

    def _answer(self, status: int, headers: dict[str, str], content: bytes, size: str | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", size or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass  # noqa: N815 - the names of http.server

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture(scope="module")
def moto_port() -> Iterator[int]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def storage(moto_port: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Proxy]:
    """A bucket of its own, empty; the environment leads to it, and nothing of the person who runs the tests does."""
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_ENDPOINT_URL_S3",
        "HTTP_PROXY",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("crosswalk.export.s3._ATTEMPTS", 2)
    proxy = Proxy(moto_port)
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    bucket(proxy).create()
    yield proxy
    proxy.trouble = ""
    bucket(proxy).objects.all().delete()
    proxy.shutdown()
    proxy.server_close()


def bucket(proxy: Proxy) -> Any:
    return boto3.resource("s3", endpoint_url=proxy.url).Bucket(BUCKET)


def objects(proxy: Proxy) -> dict[str, bytes]:
    return {one.key: one.get()["Body"].read() for one in bucket(proxy).objects.all()}


def to_s3(project: Project, *flags: str) -> Any:
    result = project.run(
        "export", "--content", "posthog", "--dest", f"s3://{BUCKET}/to/posthog", "--json", *flags
    )
    assert SECRET not in result.out + result.err
    assert "Traceback" not in result.err
    return result


def test_the_same_bytes_as_in_a_folder(project: Project, storage: Proxy, tmp_path: Path) -> None:
    project.build(posthog=records())
    assert run_export(project, tmp_path / "folder", "--gzip", "--part-size", "5kB").code == 0
    result = to_s3(project, "--gzip", "--part-size", "5kB")
    assert result.code == 0, result.err
    found = objects(storage)
    text = found.pop("to/posthog.manifest.json")
    assert {key.removeprefix("to/posthog/"): data for key, data in found.items()} == parts(
        tmp_path / "folder"
    )
    assert text == (tmp_path / "folder.manifest.json").read_bytes()
    assert result.report()["dest"] == f"s3://{BUCKET}/to/posthog/"
    assert not any(project.state.rglob("*.jsonl*"))


def test_the_text_names_the_prefix_with_its_slash(project: Project, storage: Proxy) -> None:
    project.build(posthog=records(3, 1))
    out = project.run("export", "--content", "posthog", "--dest", f"s3://{BUCKET}/to/posthog/").out
    assert "the prefix to/posthog/ (with the slash)" in out


def test_a_second_run_sends_no_part(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    to_s3(project)
    before = len(storage.writes())
    report = to_s3(project).report()
    assert (report["parts_written"], report["parts_kept"]) == (0, 3)
    assert len(storage.writes()) == before == 3


def test_large_parts_go_up_in_pieces(
    project: Project, storage: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosswalk.export.s3._MULTIPART_BYTES", 5 * 1024 * 1024)
    project.build(posthog=[padded(posthog_event(one), 900_000) for one in range(12)])
    assert to_s3(project).code == 0
    assert next(one.split("?")[1] for one in storage.writes() if one.startswith("POST")) == "uploads"
    assert to_s3(project).report()["parts_kept"] == 1
    assert project.run("export", "--check", "--dest", f"s3://{BUCKET}/to/posthog").code == 0


def test_a_broken_connection_leaves_no_part(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    to_s3(project)
    whole = objects(storage)
    bucket(storage).objects.all().delete()
    storage.trouble, storage.left = "cut", 1000
    result = to_s3(project)
    assert result.code == 5
    assert "Run the same command again" in result.err
    assert list(objects(storage)) == ["to/posthog.manifest.json"]
    storage.trouble = ""
    assert to_s3(project).code == 0
    assert objects(storage) == whole


def test_one_failure_is_tried_again(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    storage.trouble, storage.left = "busy", 1
    assert to_s3(project).code == 0
    assert len(storage.writes()) == 4


def test_storage_that_stays_busy(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    storage.trouble, storage.left = "busy", 1000
    result = to_s3(project)
    assert result.code == 5
    assert "SlowDown" in result.err
    assert not any(key.endswith(".jsonl") for key in objects(storage))


def test_unfinished_uploads_of_a_killed_run_are_given_up(project: Project, storage: Proxy) -> None:
    project.build(posthog=records(3, 1))
    client = bucket(storage).meta.client
    ours, other = "to/posthog/2025-03-01_000001.jsonl", "to/posthog-too/2025-03-01_000001.jsonl"
    for key in (ours, other):
        client.create_multipart_upload(Bucket=BUCKET, Key=key)
    to_s3(project)
    left = [one["Key"] for one in client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]
    assert left == [other]


def test_access_denied(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    storage.trouble = "denied"
    result = to_s3(project)
    assert result.code == 3
    assert "AccessDenied" in result.err and BUCKET in result.err


def test_secrets_of_boto3s_own_files_are_not_shown(
    project: Project, storage: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project.build(posthog=records())
    file = tmp_path / "credentials"
    file.write_text(f"[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = {SECRET}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setattr("crosswalk.redact._forms", set())
    storage.trouble = "denied"
    assert to_s3(project).code == 3


def test_access_to_parts_denied(project: Project, storage: Proxy) -> None:
    """boto3 wraps what the storage says to an upload in a text; the exit code is that of the answer."""
    project.build(posthog=records())
    storage.trouble, storage.left = "parts denied", 1000
    assert to_s3(project).code == 3


def test_no_such_bucket(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    result = project.run("export", "--content", "posthog", "--dest", "s3://no-such-bucket/x")
    assert result.code == 2
    assert "no bucket no-such-bucket" in result.err


def test_no_credentials(project: Project, storage: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build(posthog=records())
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    result = to_s3(project)
    assert result.code == 3
    assert "AWS_ACCESS_KEY_ID" in result.err


def test_credentials_from_the_env_file(
    project: Project, storage: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.build(posthog=records())
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    lines = [
        "AWS_ACCESS_KEY_ID=AKIAEXAMPLE",
        f"AWS_SECRET_ACCESS_KEY='{SECRET}'",
        f"AWS_ENDPOINT_URL={storage.url}",
    ]
    (project.folder / ".env").write_text("\n".join(lines) + "\n")
    assert to_s3(project).code == 0


def test_nothing_answers(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    result = to_s3(project, "--endpoint-url", "http://127.0.0.1:1")
    assert result.code == 5
    assert "cannot be reached" in result.err


def test_plain_http_is_for_this_machine_only(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    result = to_s3(project, "--endpoint-url", "http://storage.example.com")
    assert result.code == 2
    assert "https" in result.err


def test_without_boto3(project: Project, storage: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build(posthog=records())
    monkeypatch.setitem(sys.modules, "boto3", None)
    result = to_s3(project)
    assert result.code == 2
    assert 'pip install "crosswalk[s3]"' in result.err


def test_an_earlier_export_and_strangers_are_refused(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    to_s3(project)
    before = objects(storage)
    assert to_s3(project, "--gzip").code == 2
    assert objects(storage) == before
    bucket(storage).put_object(Key="to/posthog/", Body=b"")
    result = to_s3(project)
    assert result.code == 2
    assert "empty object" in result.err


def test_neighbours_of_the_prefix_are_no_strangers(project: Project, storage: Proxy) -> None:
    project.build(posthog=records())
    bucket(storage).put_object(Key="to/posthog-old/x.jsonl", Body=b"{}")
    assert to_s3(project).code == 0


def test_secrets_stand_in_no_file(project: Project, storage: Proxy) -> None:
    limits = [("posthog", record_uuid(3), "record_bytes", 1, 2, "rejected")]
    event = posthog_event(3, properties={"pasted": SECRET})
    project.build(posthog=[event, posthog_event(4)], violations=limits)
    assert to_s3(project).code == 7
    for path in project.state.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
    assert json.loads(objects(storage)["to/posthog.manifest.json"])["left_out"] == {"record_bytes": 1}
