"""The page in a real browser: silent, harmless, accessible, usable by keyboard, printable."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from cli.support import Project
from crosswalk.verify.result import DayEvent, Finding, VerifyResult, write_result
from playwright.sync_api import Browser, Page, sync_playwright

from report.conftest import Reported
from report.support import made_up

HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=2</script>",
    "</style><script>window.hacked=3</script>",
    '"><img src=x onerror="window.hacked=4">',
    "'><svg onload=window.hacked=5>",
    "javascript:window.hacked=6",
    "{{ 7*7 }}{% raw %}${window.hacked=7}",
    "<!--<script>window.hacked=8//",
    "]]><iframe srcdoc='<script>parent.hacked=9</script>'>",
    "\x1b[2J\x1b]8;;http://127.0.0.1/\x07link",
    "abc\u202egnp.exe",
    "\u2066zero\u200bwidth\u2069",
    "line\u2028break",
    "=cmd|' /C calc'!A0",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium: scripts/ci_setup.sh installs it, no browser is downloaded."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "there is no chromium: run scripts/ci_setup.sh"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


class Watched:
    """A page that was opened from its file, with all that it asked for and complained of."""

    def __init__(self, browser: Browser, path: Path, scheme: Any = "light", width: int = 1280) -> None:
        context = browser.new_context(
            color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900}
        )
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())
        self.url = path.as_uri()

    def open_all(self) -> None:
        """Unfold everything that is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in which every name that can come from data or settings is an attack."""
    project = Project(tmp_path_factory.mktemp("hostile") / "project")
    statements: list[tuple[str, list[Any]]] = []
    for number, text in enumerate(HOSTILE):
        name = f"Event number {number % 14}"
        statements += [
            ("update audit_route_counts set event_name = ? where event_name = ?", [text, name]),
            (
                "update audit_property_catalog set name = ?, example = ? where name = ?",
                [text, text, f"property number {number}"],
            ),
            (
                "insert into audit_quarantined values ('amplitude', ?, 'read', null, ?, ?, 1, ?, ?)",
                [text] * 5,
            ),
            ("insert into audit_filtered values ('amplitude', 'posthog', ?, ?, 0)", [text, text]),
            ("insert into audit_repaired values ('amplitude', ?, 1)", [text]),
            ("insert into audit_payload_limits values ('posthog', ?, 1, 0, null, ?)", [text, text]),
            ("insert into audit_identity values (?, ?, 1, 1, 1, 0, 0, 0)", [text, text]),
        ]
    evil = json.dumps(
        {text: text for text in HOSTILE} | {"event": HOSTILE[0], "properties": {HOSTILE[1]: HOSTILE[2]}}
    )
    statements += [
        ("update posthog_payloads set payload = ?", [evil]),
        ("update hub_events set event_name = ?, event_properties = ?", [HOSTILE[3], evil]),
    ]
    made_up(project, events=14, statements=statements)
    settings = {
        "name": "history",
        "profile": "history",
        "vars": {"import_id": HOSTILE[1], HOSTILE[0]: HOSTILE[2]},
    }
    (project.folder / "dbt_project.yml").write_text(json.dumps(settings), encoding="utf-8")
    letters = project.state / "dead_letters" / "posthog.ndjson"
    letters.parent.mkdir(parents=True)
    fields = ("at", "kind", "record_id", "reason", "vendor_text", "payload")
    letters.write_text(
        "".join(json.dumps(dict.fromkeys(fields, text) | {"status": 400}) + "\n" for text in HOSTILE),
        encoding="utf-8",
    )
    findings = [Finding("other", text, 1, "2024-01-01", text, text, text) for text in HOSTILE]
    events = [DayEvent("2022-01-01", text, 1, 1, 1, 0) for text in HOSTILE]
    write_result(
        project.state,
        VerifyResult(
            "posthog", "different", "2099-01-01", events=events, findings=findings, unverified=[*HOSTILE]
        ),
    )
    result = project.run("report", "--to", "posthog", "--json")
    assert result.code == 0, result.err
    return Path(result.report()["path"])


def test_hostile_names_are_inert(browser: Browser, hostile: Path) -> None:
    shown = Watched(browser, hostile)
    shown.open_all()
    page = shown.page
    for chart in page.query_selector_all("[data-tips]"):
        chart.focus()
        for _ in range(20):
            page.keyboard.press("ArrowRight")
    for button in page.query_selector_all("th button"):
        button.evaluate("button => button.click()")
    assert page.evaluate("window.hacked") is None
    assert shown.requests == [shown.url]
    assert shown.complaints == []
    text = page.inner_text("body")
    assert HOSTILE[0] in text, "the name is shown as it is"
    assert "[U+202E]" in text
    assert "␛[2J" in text
    for bad in ("\x1b", "\u202e", "\u200b", "\u2028"):
        assert bad not in page.content()
    assert page.evaluate("document.querySelectorAll('script, iframe, img, object, embed').length") == 2


def test_policy_holds_even_against_what_gets_in(browser: Browser, hostile: Path, tmp_path: Path) -> None:
    """With an attack put into the page by hand the policy of the page still stops it."""
    broken = tmp_path / "broken.html"
    attack = '<script>window.hacked=1</script><img src="http://127.0.0.1:9/x" onerror="window.hacked=2">'
    broken.write_text(
        hostile.read_text(encoding="utf-8").replace("<footer>", f"<footer>{attack}"), encoding="utf-8"
    )
    shown = Watched(browser, broken)
    shown.page.wait_for_load_state("load")
    assert shown.page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in text for text in shown.complaints)


def test_silent_and_self_contained(browser: Browser, reported: dict[str, Reported]) -> None:
    for one in reported.values():
        for scheme in ("light", "dark"):
            shown = Watched(browser, one.path, scheme)
            assert shown.requests == [shown.url]
            assert shown.complaints == []
            assert shown.page.inner_text("h1") == one.twin["verdict"]["title"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, reported: dict[str, Reported], scheme: str) -> None:
    shown = Watched(browser, reported["mixpanel"].path, scheme)
    if scheme == "light":
        shown.open_all()
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else {"resultTypes": ["violations"]}
    found = Axe().run(shown.page, options=options).response
    assert len(found["passes"]) >= (1 if scheme == "dark" else 30)
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []


def test_keyboard_reaches_everything(browser: Browser, reported: dict[str, Reported]) -> None:
    page = Watched(browser, reported["mixpanel"].path).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "(() => { const e = document.activeElement; return [e.tagName, e.dataset.tips || e.hash || e.dataset.filter"
            " || (e.querySelector('table') || {}).id || ''] })()"
        )
        if here[0] == "BODY":
            break
        reached.add(tuple(here))
    charts = {
        ("DIV", name) for name in ("flow", "volume", "calendar", "hours_source", "hours_sent", "hours_found")
    }
    assert charts <= reached
    assert {("A", "#coverage"), ("A", "#q-days"), ("DIV", "t-events"), ("INPUT", "t-events")} <= reached
    assert {tag for tag, _ in reached} >= {"A", "DIV", "SUMMARY", "INPUT", "BUTTON"}
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") in ("solid", "auto", "none")


def test_charts_speak_to_the_keyboard(browser: Browser, reported: dict[str, Reported]) -> None:
    page = Watched(browser, reported["posthog"].path).page
    tip = page.locator(".tip")
    page.focus("[data-tips=calendar]")
    page.keyboard.press("ArrowRight")
    first = tip.inner_text()
    page.keyboard.press("ArrowDown")
    second = tip.inner_text()
    assert re.match(r"[A-Z][a-z]{2} \d{4}-\d\d-\d\d: \w+", first)
    assert first != second
    page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_tables_sort_and_filter(browser: Browser, reported: dict[str, Reported]) -> None:
    page = Watched(browser, reported["posthog"].path).page
    cells = (
        "() => [...document.querySelectorAll('#t-events tbody tr')].filter(row => !row.hidden)"
        ".map(row => row.cells[3].textContent)"
    )
    page.locator("#t-events th button", has_text="read").click()
    down = [int(text.replace(",", "")) for text in page.evaluate(cells)]
    assert down == sorted(down, reverse=True)
    page.locator("#t-events th button", has_text="read").click()
    assert [int(text.replace(",", "")) for text in page.evaluate(cells)] == sorted(down)
    page.fill("[data-filter=t-events]", "page viewed")
    assert 0 < len(page.evaluate(cells)) < len(down)


def test_links_to_queries_open_them(browser: Browser, reported: dict[str, Reported]) -> None:
    page = Watched(browser, reported["posthog"].path).page
    assert not page.locator("#q-days pre").is_visible()
    page.locator("#coverage summary").first.click()
    page.locator("#coverage a[href='#q-days']").click()
    assert page.locator("#q-days pre").inner_text() == reported["posthog"].twin["queries"]["days"]["sql"]


def test_narrow_screens_scroll_down_only(browser: Browser, reported: dict[str, Reported]) -> None:
    for width in (320, 390, 768):
        page = Watched(browser, reported["mixpanel"].path, width=width).page
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_prints_on_few_pages(browser: Browser, reported: dict[str, Reported]) -> None:
    for one in reported.values():
        pdf = Watched(browser, one.path, "dark").page.pdf(format="A4", print_background=True)
        assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12


def test_paper_holds_the_settings_and_the_way_back(browser: Browser, reported: dict[str, Reported]) -> None:
    page = Watched(browser, reported["mixpanel"].path).page
    shown = "node => node.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"
    inside = page.locator("#settings .kv dt, #undo details p").all()
    assert len(inside) > 10 and not any(one.evaluate(shown) for one in inside)
    page.emulate_media(media="print")
    assert all(one.evaluate(shown) and (one.bounding_box() or {"height": 0})["height"] for one in inside)
