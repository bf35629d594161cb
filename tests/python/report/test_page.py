"""The page as text: its policy, its size, what must not be in it; charts and words in small."""

import base64
import datetime as dt
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli.support import Project, posthog_event
from crosswalk.report.charts import calendar, flow, scale, volume
from crosswalk.report.coverage import STATES, gaps
from crosswalk.report.mask import masked, masked_object, masked_words
from crosswalk.report.render import TEMPLATES
from crosswalk.report.settings_page import variables
from crosswalk.report.shift import compare
from crosswalk.report.text import percent, script_json, shown
from standin.server import Standin

from report.conftest import Reported
from report.support import SECRET, connected, made_up

LARGEST = 1_500_000


def test_policy_names_exactly_our_style_and_script(reported: dict[str, Reported]) -> None:
    page = reported["posthog"].page
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[0]
    assert policy.startswith("default-src 'none'; ")
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert len(texts) == 1
        wanted = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        assert re.findall(rf"{directive} ([^;]+)", policy) == [f"'sha256-{wanted}'"]
    assert "unsafe" not in policy


def test_nothing_is_inline_and_nothing_is_asked_for(reported: dict[str, Reported]) -> None:
    for one in reported.values():
        body = re.sub(r"<(style|script)\b.*?</\1>", "", one.page, flags=re.S)
        tags = re.findall(r"<[a-z][^>]*>", body)
        assert len(tags) > 1000
        assert [
            tag for tag in tags if re.search(r"\s(on\w+|style|srcset|src|action|formaction)\s*=", tag)
        ] == []
        assert set(re.findall(r'href="([^"]{2,5})', body)) <= {
            "data:",
            *(link[:5] for link in re.findall(r'href="(#[^"]+)', body)),
        }


def test_own_script_is_small() -> None:
    assert (TEMPLATES / "report.js").stat().st_size < 10_000


def test_size_for_900_days_and_500_events(project: Project) -> None:
    # one row dated decades off, as a group without a time of its own is
    far: list[tuple[str, list[object]]] = [
        (f"update {one} set event_date = date '1971-05-03' where event_date = date '2022-01-01'", [])
        for one in ("posthog_payloads", "audit_route_counts")
    ]
    made_up(project, days=900, events=500, properties=600, number=90_000, statements=far)
    result = project.run("report", "--to", "posthog", "--json")
    assert result.code == 0, result.err
    page = Path(result.report()["path"])
    twin = json.loads(Path(result.report()["json_path"]).read_text(encoding="utf-8"))
    assert page.stat().st_size < LARGEST
    assert (len(twin["coverage"]), len(twin["events"])) == (900, 500)
    text = page.read_text(encoding="utf-8")
    assert "200 of 500 shown" in text
    assert "250 of 600 shown" in text


def test_secrets_reach_no_file(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with Standin() as standin, connected(standin) as patch:
        standin.posthog.api_key = SECRET
        patch.setenv("POSTHOG_PROJECT_API_KEY", SECRET)
        patch.setenv("POSTHOG_PERSONAL_API_KEY", f"personal {SECRET}".replace(" ", "-"))
        project.build(posthog=[posthog_event(0, event=f"leaked {SECRET}")])
        (project.folder / "dbt_project.yml").write_text(
            json.dumps({"name": "history", "profile": "history", "vars": {"import_id": SECRET}}),
            encoding="utf-8",
        )
        project.push("posthog")
        result = project.run("report", "--to", "posthog", "-v")
        assert result.code == 0, result.err
        report = project.run("report", "--to", "posthog", "--json")
        files = [Path(report.report()[name]) for name in ("path", "json_path")]
        texts = [result.out, result.err, report.out, *(file.read_text(encoding="utf-8") for file in files)]
    for text in texts:
        assert SECRET not in html.unescape(text)
        assert "%2Fof%2Bthe" not in text
    assert "[secret]" in texts[-1], "the value was there, and was taken out"
    settings = json.loads(texts[-1])["settings"]["environment"]
    assert {one["value"] for one in settings if one["name"] == "POSTHOG_PERSONAL_API_KEY"} == {"set"}
    assert {one["value"] for one in settings if one["name"] == "AMPLITUDE_API_KEY"} <= {"set", "not set"}


def test_files_are_private(reported: dict[str, Reported]) -> None:
    for one in reported.values():
        assert one.path.stat().st_mode & 0o777 == 0o600
        assert one.path.with_suffix(".json").stat().st_mode & 0o777 == 0o600
        assert one.path.parent.stat().st_mode & 0o777 == 0o700


def test_the_words_of_the_destination_are_masked(reported: dict[str, Reported]) -> None:
    one = reported["mixpanel"]
    letters = one.twin["queries"]["letters"]["rows"]
    assert any("'aaa@aaaaaaa.aaa' is not allowed" in row["vendor_text"] for row in letters)
    for text in (one.page, json.dumps(one.twin)):
        assert "who@example.com" not in text


def test_missing_relations_leave_words(project: Project) -> None:
    """The tables of a build by an older version, or of a part of it, do not end the report."""
    project.build(posthog=[posthog_event(0)])
    result = project.run("report", "--to", "posthog", "--json")
    assert result.code == 0, result.err
    page = Path(result.report()["path"]).read_text(encoding="utf-8")
    assert "audit_identity is not in the warehouse" in page
    assert [one["title"] for one in result.report()["equations"]] == ["Answers"]


def test_every_state_has_a_sign_of_its_own(reported: dict[str, Reported]) -> None:
    signs = dict(re.findall(r'<g id="c-(\w+)">(.*?)</g>', reported["posthog"].page))
    assert signs.keys() == STATES.keys()
    without_colour = {state: re.sub(r'class="[^"]+"', "", text) for state, text in signs.items()}
    assert len(set(without_colour.values())) == len(signs)


def test_values_are_masked() -> None:
    assert masked("Anna.B@example.com") == "Aaaa.A@aaaaaaa.aaa"
    assert masked(12.5) == "00.0"
    assert [masked(value) for value in (True, None, "null")] == [True, None, "null"]
    assert masked("ü" * 60) == "a" * 48 + "…"
    assert masked_object('{"a": {"b": ["x1"]}, "c": 7}') == {"a": {"b": ["a0"]}, "c": "0"}
    assert masked_object("[1]") == masked_object("{") == masked_object(None) == {}
    words = masked_words("'distinct_id' is invalid: kim@example.com, record 123e4567-e89b")
    assert words == "'distinct_id' is invalid: aaa@aaaaaaa.aaa, record 000a0000-a00a"
    assert masked_words("'properties.$user_id' is 'kim'") == "'properties.$user_id' is 'aaa'"


def test_texts_are_harmless() -> None:
    assert shown("a\x1b[2Jb") == "a␛[2Jb"
    assert shown("\u202egpj") == "[U+202E]gpj"
    assert shown("x" * 200) == "x" * 110 + "… (200 characters)"
    assert shown("\ud83d") == "\ufffd"
    text = script_json(["</script>", "<!--", "\u2028", "a&b"])
    assert not re.search("[<>&\u2028]", text)
    assert json.loads(text) == ["</script>", "<!--", "\u2028", "a&b"]


def test_a_share_that_is_not_the_whole_is_not_100_percent() -> None:
    assert [percent(share) for share in (1, 0.99999, 0.5, 0.00001, 0, None)] == [
        "100 %", "> 99.9 %", "50 %", "< 0.1 %", "0 %", "–",
    ]  # fmt: skip


def _week(shift: int = 0) -> list[int]:
    return [max(0, 30 - abs((at - shift) % 24 - 14) * 3) + (at - shift) // 24 % 7 for at in range(168)]


@pytest.mark.parametrize("shift", [-5, -1, 0, 1, 2, 9])
def test_a_shifted_week_is_told(shift: int) -> None:
    found = compare(_week(), _week(shift))
    assert found.hours == shift
    assert ("no time-zone shift" in found.text) == (shift == 0)


def test_few_events_tell_nothing() -> None:
    assert compare([1] * 168, _week()).hours is None


def test_ticks_are_round() -> None:
    assert scale.ticks(870) == [0, 250, 500, 750, 1000]
    assert scale.ticks(3) == [0, 1, 2, 3]
    assert scale.ticks(0) == [0, 1]
    assert [scale.short(value) for value in (0, 999, 1000, 12_500, 3_000_000)] == [
        "0",
        "999",
        "1k",
        "12.5k",
        "3M",
    ]


def test_gaps_between_days() -> None:
    assert gaps(["2024-02-27", "2024-02-28", "2024-03-02", "2024-03-04"]) == [
        ("2024-02-29", "2024-03-01", 2),
        ("2024-03-03", "2024-03-03", 1),
    ]
    assert gaps([]) == gaps(["2024-01-01"]) == []


def test_calendar_puts_days_under_their_weekday() -> None:
    years = calendar.calendar({"2023-12-31": "complete", "2024-01-01": "partial", "2024-02-29": "missing"})
    assert [year.year for year in years] == [2023, 2024]
    sunday, monday = years[0].cells[0], years[1].cells[0]
    assert (sunday.y - calendar.TOP, monday.y - calendar.TOP) == (6 * calendar.STEP, 0)
    assert [cell.state for cell in years[1].cells if cell.day in ("2024-01-02", "2024-02-29")] == [
        "empty",
        "missing",
    ]
    assert len(years[1].cells) == 60


def test_the_line_of_accepted_records_breaks_where_nothing_was_sent() -> None:
    days = {(dt.date(2024, 1, 1) + dt.timedelta(days=at)).isoformat(): 10 for at in range(10)}
    accepted = {day: 10 for day in sorted(days)[:6] if not day.endswith("03")}
    drawn = volume.volume([("a", days)], accepted, True)
    assert drawn is not None
    assert drawn.line.count("M") == 2
    assert not drawn.is_weekly
    assert volume.volume([], {}, False) is None


def test_long_times_are_drawn_by_week() -> None:
    days = {(dt.date(2023, 1, 1) + dt.timedelta(days=at)).isoformat(): at % 7 * 10 for at in range(364)}
    drawn = volume.volume([("a", days)], {}, False)
    assert drawn is not None
    assert drawn.is_weekly
    assert len(drawn.layers[0].path) < 200, "each week is the same, so the area is one box"


def test_bands_keep_their_height() -> None:
    one, two, three = (
        flow.Node("a", 100, 0, "main"),
        flow.Node("b", 75, 1, "main"),
        flow.Node("c", 25, 1, "bad"),
    )
    drawn = flow.flow([one, two, three], [(one, two, 75), (one, three, 25)])
    assert two.height / one.height == pytest.approx(0.75)
    assert two.filled_in == pytest.approx(two.height)
    assert one.filled_out == pytest.approx(one.height)
    assert drawn.bands[0].path == (
        "M127 20C249.5 20 249.5 20 372 20v158.4C249.5 178.4 249.5 178.4 127 178.4z"
    )


def test_a_row_dated_decades_off_adds_one_text_and_not_thousands() -> None:
    days = {(dt.date(2024, 1, 1) + dt.timedelta(days=at)).isoformat(): 1 for at in range(900)}
    drawn = volume.volume([("all", {"1971-05-03": 1} | days)], {}, False)
    assert drawn is not None
    assert [day for _, day in drawn.marks] == ["1971-05-03", *days]
    short = volume.volume([("all", {"2024-01-01": 1, "2024-01-03": 1})], {}, False)
    assert short is not None
    assert len(short.marks) == 3, "a gap in a short range has its text"


@pytest.mark.parametrize("rows", [0, 1])
def test_the_line_on_the_key_is_what_its_query_says(project: Project, rows: int) -> None:
    settings = {"name": "history", "profile": "history", "vars": {"hash_properties": ["phone"]}}
    (project.folder / "dbt_project.yml").write_text(json.dumps(settings), encoding="utf-8")
    keys: list[tuple[str, list[Any]]] = [("create table crosswalk_keys (name varchar, value varchar)", [])]
    keys += [("insert into crosswalk_keys values ('hash', 'the-key-itself')", [])] * rows
    made_up(project, statements=keys)
    assert project.run("report", "--to", "posthog").code == 0
    page = (project.state / "report" / "posthog.html").read_text(encoding="utf-8")
    twin = json.loads((project.state / "report" / "posthog.json").read_text(encoding="utf-8"))
    assert twin["queries"]["keys"]["rows"] == [{"name": "hash"}] * rows
    assert ("set: crosswalk keys show has its fingerprint" in page, "not set</dd>" in page) == (
        rows == 1,
        rows == 0,
    )
    assert 'href="#q-keys"' in page
    assert "the-key-itself" not in page + json.dumps(twin)


def test_variables_are_those_of_the_last_dbt_command_wherever_dbt_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: history\nvars: {import_id: own}\n", encoding="utf-8")
    for folder in ("target", "elsewhere"):
        (tmp_path / folder).mkdir()
        given = json.dumps({"args": {"vars": {"import_id": folder}}})
        (tmp_path / folder / "run_results.json").write_text(given, encoding="utf-8")
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    assert variables(tmp_path)[0].value == '"target"'
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "elsewhere"))
    assert variables(tmp_path)[0].value == '"elsewhere"'
