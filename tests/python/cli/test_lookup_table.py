"""Lookup tables: what is checked before anything is sent, what the vendor's answers mean, and that the ledger stays away."""

import gzip
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from crosswalk.push import lookup_file
from standin.server import Failure, Standin

from cli.support import Project, Result

_SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
_ID = "8ab1c2d3-0000-4e5f-9a6b-7c8d9e0f1a2b"
_PATH = f"/lookup-tables/{_ID}"
_GOOD = 'id,name,price\nc994bb,"Hotline ""Bling"", 2",1700000000\nd8d949,"two\nlines",\na43fb8,ünï 🎈,41\n'


@pytest.fixture
def signed_in(project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A service account of the stand-in, whose project has one table."""
    monkeypatch.setenv("MIXPANEL_API_URL", standin.url)
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", standin.account)
    monkeypatch.setenv("MIXPANEL_SERVICE_SECRET", standin.account_secret)
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", standin.project_id)
    standin.lookup_tables.tables[_ID] = None
    return project


def _replace(project: Project, content: str | bytes, *arguments: str, name: str = "songs.csv") -> Result:
    file = project.folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return project.run(
        "push", "--to", "mixpanel", "--lookup-table", _ID, str(file), "--yes", "--json", *arguments
    )


def test_table_arrives_as_it_is(signed_in: Project, standin: Standin) -> None:
    result = _replace(signed_in, _GOOD)
    assert result.code == 0, result.err
    report = result.report()
    assert (report["type"], report["outcome"], report["rows"]) == ("lookup_table", "replaced", 3)
    assert (report["columns"], report["bytes"]) == (["id", "name", "price"], len(_GOOD.encode()))
    assert standin.lookup_tables.tables[_ID] == [
        ["id", "name", "price"],
        ["c994bb", 'Hotline "Bling", 2', "1700000000"],
        ["d8d949", "two\nlines", ""],
        ["a43fb8", "ünï 🎈", "41"],
    ]
    seen = standin.requests[0]
    assert (seen.headers["content-type"], seen.headers["content-encoding"]) == ("text/csv", "gzip")
    assert int(seen.headers["content-length"]) == len(seen.body)
    assert gzip.decompress(seen.body) == _GOOD.encode(), "byte for byte"


@pytest.mark.parametrize(
    "content",
    [gzip.compress(_GOOD.encode()), b"\xef\xbb\xbf" + _GOOD.encode(), _GOOD.encode().replace(b"\n", b"\r\n")],
    ids=["gzip", "byte order mark", "windows"],
)
def test_spellings_of_a_table(signed_in: Project, standin: Standin, content: bytes) -> None:
    assert _replace(signed_in, content).code == 0
    table = standin.lookup_tables.tables[_ID]
    assert table is not None
    assert [row[0] for row in table] == ["id", "c994bb", "d8d949", "a43fb8"]


def test_the_ledger_is_not_touched(signed_in: Project) -> None:
    assert _replace(signed_in, _GOOD).code == 0
    assert [path.name for path in signed_in.state.iterdir()] == ["tmp"]
    assert list((signed_in.state / "tmp").iterdir()) == [], "the packed copy is gone"


def test_packed_copy_is_private(signed_in: Project, tmp_path: Path) -> None:
    source = tmp_path / "songs.csv"
    source.write_text(_GOOD, encoding="utf-8")
    before = os.umask(0)
    try:
        table = lookup_file.check_file(source, tmp_path / "packed")
    finally:
        os.umask(before)
    assert stat.S_IMODE(table.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ("id,a\n", "no rows"),
        ("id,a,a\n1,2,3\n", "column 'a' twice"),
        ("id,,c\n1,2,3\n", "column 2 of the header has no name"),
        ("id,a\n1,2\n1,3\n", "line 3 has the id '1' of line 2"),
        ("id,a\n1,2\n  ,3\n", "line 3 has a blank id"),
        ("id,a\n1,2\n\n2,3\n", "line 3 has no fields"),
        ('id,a\n1,"x\ny"\n2\n3,4,5\n', "line 4 has 1 field and the header has 2; line 5 has 3 fields"),
        ('id,a\n1,x"y\n', "the record on line 2 has a quote where none may be"),
        ('id,a\n1,"x"y\n', "the record on line 2 is no CSV"),
        ('id,a\n1,"x\n2,3\n', "the record on line 2 is no CSV"),
        (b"id,a\n1,x\n2,\xff\n", "line 3 is not UTF-8"),
        ("id,a\n1,x\n".encode("utf-16"), "line 1 is not UTF-8"),
        (b"id,a\n1,\x00\n", "line 2 holds a NUL"),
        (b"id,a\r1,2\r", "the record on line 1 is no CSV"),
        ("id,a\n" + "x\n" * 30, "and 20 more"),
    ],
)
def test_faults_are_named_by_line_and_nothing_is_sent(
    signed_in: Project, standin: Standin, content: str | bytes, words: str
) -> None:
    result = _replace(signed_in, content)
    assert result.code == 2, result.err
    assert words in result.err
    assert "Nothing was sent" in result.err
    assert standin.requests == []


def test_sizes_are_held(signed_in: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_file, "MAX_BYTES", 1_000_000)
    bomb = gzip.compress(b"id,a\n" + b"".join(b"%d,%s\n" % (number, b"x" * 90) for number in range(11_000)))
    assert len(bomb) < 100_000
    assert "has more than 1 MB unpacked" in _replace(signed_in, bomb).err
    monkeypatch.setattr(lookup_file, "MAX_ROWS", 5)
    assert "more than 5 rows" in _replace(signed_in, "id\n1\n2\n3\n4\n5\n6\n").err
    monkeypatch.setattr(lookup_file, "_LINE_BYTES", 50)
    assert "line 2 is longer" in _replace(signed_in, f"id\n{'x' * 60}\n").err
    assert standin.requests == []


def test_equal_hashes_of_other_ids_are_no_doubles(
    signed_in: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup_file, "hash", lambda text: len(text), raising=False)
    assert _replace(signed_in, "id\na\nb\nc\n").code == 0
    assert "line 4 has the id 'a' of line 2" in _replace(signed_in, "id\na\nb\na\n").err


def test_files_that_cannot_be_read(signed_in: Project, standin: Standin) -> None:
    result = _replace(signed_in, gzip.compress(_GOOD.encode() * 50)[:-20])
    assert result.code == 6
    assert "no whole gzip file" in result.err
    result = signed_in.run("push", "--to", "mixpanel", "--lookup-table", _ID, "absent.csv", "--yes")
    assert result.code == 6
    assert "absent.csv cannot be read" in result.err
    assert signed_in.run("push", "--to", "mixpanel", "--lookup-table", _ID, "/", "--yes").code == 6
    assert standin.requests == []


def test_full_disk_is_told_from_a_bad_file(signed_in: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("isal.igzip.IGzipFile.write", full)
    result = _replace(signed_in, _GOOD)
    assert result.code == 6
    assert "packed copy of the table cannot be written (No space left on device)" in result.err


def test_rows_that_the_vendor_refuses(signed_in: Project, standin: Standin) -> None:
    failed = [{"index": 3, "message": "id is\x1b[2J odd"}, {"index": 4, "message": "date is no date"}]
    body = {"error": "some rows failed", "failed_records": failed, "status": 0}
    standin.fail(_PATH, Failure(status=400, body=body), Failure(status=200, body=body))
    for _ in range(2):
        result = _replace(signed_in, _GOOD)
        assert result.code == 7, result.err
        assert (result.report()["outcome"], result.report()["failed_records"]) == ("refused", failed)
    assert len(standin.requests) == 2, "a refusal is not tried again"
    standin.fail(_PATH, Failure(status=400, body=body))
    text = signed_in.run(
        "push", "--to", "mixpanel", "--lookup-table", _ID, str(signed_in.folder / "songs.csv"), "--yes"
    )
    assert "is as it was. Mixpanel says: some rows failed" in text.out
    assert "date is no date" in text.out
    assert "\x1b" not in text.out


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, 3, "MIXPANEL_SERVICE_ACCOUNT"),
        (403, 3, "MIXPANEL_SERVICE_ACCOUNT"),
        (404, 2, "make it in Mixpanel first"),
        (413, 2, "too large for Mixpanel"),
        (429, 5, "100 in 24 hours. Run the same command again in 10 min 0 s"),
        (302, 2, "check the address"),
    ],
)
def test_answers_that_end_it(
    signed_in: Project, standin: Standin, status: int, code: int, words: str
) -> None:
    failure = Failure(status=status, body={"error": "why"}, headers={"Retry-After": "600"})
    standin.fail(_PATH, failure)
    result = _replace(signed_in, _GOOD)
    assert (result.code, len(standin.requests)) == (code, 1), result.err
    assert words in result.err
    assert "why" in result.err
    assert standin.account_secret not in result.err


def test_table_that_was_not_made_in_mixpanel(signed_in: Project, standin: Standin) -> None:
    standin.lookup_tables.tables.clear()
    assert _replace(signed_in, _GOOD).code == 2


@pytest.mark.parametrize(
    "failure",
    [
        Failure(status=503, body={}),
        Failure(reset=True, after=True),
        Failure(status=200, body=b"<html>"),
        Failure(status=200, body={"status": "busy"}),
    ],
    ids=["503", "reset", "no json", "unknown"],
)
def test_answers_that_settle_nothing_are_tried_again(
    signed_in: Project, standin: Standin, failure: Failure
) -> None:
    standin.fail(_PATH, failure, failure)
    result = _replace(signed_in, _GOOD)
    assert (result.code, result.report()["requests"]) == (0, 3), result.err
    assert len({seen.body for seen in standin.requests}) == 1, "the same bytes"
    standin.fail(_PATH, *[failure] * 3)
    result = _replace(signed_in, _GOOD)
    assert (result.code, len(standin.requests)) == (5, 6)
    assert "un the same command again" in result.err


def test_replacing_is_agreed_to(
    signed_in: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = signed_in.folder / "songs.csv"
    file.write_text(_GOOD, encoding="utf-8")
    command = ("push", "--to", "mixpanel", "--lookup-table", _ID, str(file))
    result = signed_in.run(*command)
    assert result.code == 8
    assert "--yes" in result.err
    assert standin.requests == []
    asked: list[str] = []

    def agreed(question: str) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr("crosswalk.commands.push.agreed", agreed)
    result = signed_in.run(*command)
    assert result.code == 0
    assert result.out.startswith(f"Done: lookup table {_ID} of project 4242 at {standin.url} has 3 rows now")
    assert f"Replace everything in lookup table {_ID} of project 4242" in asked[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "posthog"],
        ["--limit", "5"],
        ["--plan", "0123456789abcdef"],
        ["--resend-changed"],
        ["--rate", "5"],
        ["--batch-size", "5"],
    ],
)
def test_flags_that_do_not_go_together(signed_in: Project, standin: Standin, arguments: list[str]) -> None:
    result = _replace(signed_in, _GOOD, *arguments)
    assert result.code == 2
    assert "--lookup-table" in result.err
    assert standin.requests == []


def test_odd_id(signed_in: Project) -> None:
    result = signed_in.run("push", "--to", "mixpanel", "--lookup-table", "../import", "x.csv", "--yes")
    assert result.code == 2
    assert "no id of a lookup table" in result.err


def test_token_alone_is_not_enough(connected: Project, standin: Standin) -> None:
    result = _replace(connected, _GOOD)
    assert result.code == 3
    assert "MIXPANEL_SERVICE_ACCOUNT is not set" in result.err
    assert standin.requests == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("id,a\n1,2\n", 200),
        ("id,a\n1\n", 400),
        ("id,a\n1,2\n1,3\n", 400),
        ("id,id\n1,2\n", 400),
        ('id,a\n1,"\n', 400),
    ],
)
def test_the_stand_in_is_strict(standin: Standin, content: str, status: int) -> None:
    import base64

    tables = standin.lookup_tables
    tables.tables["t"] = None
    basic = base64.b64encode(f"{tables.account}:{tables.account_secret}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": "text/csv"}
    query = {"project_id": tables.project_id}
    assert tables.replace("t", headers, query, content.encode())[0] == status
    assert tables.replace("t", headers, {"project_id": "1"}, content.encode())[0] == 401
    assert tables.replace("other", headers, query, content.encode())[0] == 404
    tables.calls = 100
    assert tables.replace("t", headers, query, content.encode())[0] == 429


_MEASURED = """
import json, re, sys
from pathlib import Path
from crosswalk.push.lookup_file import check_file
table = check_file(Path(sys.argv[1]), Path(sys.argv[2]))
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(json.dumps([table.rows, table.bytes, peak // 1000]))
"""


def test_memory_stays_small(tmp_path: Path) -> None:
    """CROSSWALK_TEST_ROWS makes it longer: 1,200,000 rows are about what Mixpanel takes."""
    rows = int(os.environ.get("CROSSWALK_TEST_ROWS", "150000"))
    source = tmp_path / "large.csv"
    with source.open("w", encoding="utf-8") as file:
        file.write("id,text\n")
        for number in range(rows):
            file.write(f"row-{number},{'x' * 60}\n")
    found = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(source), str(tmp_path / "packed")],
        env={**os.environ, "PYTHONPATH": str(_SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    )
    measured: list[Any] = json.loads(found.stdout)
    assert measured[:2] == [rows, source.stat().st_size]
    assert measured[2] < 200
