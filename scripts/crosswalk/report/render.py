"""The report as one HTML page: no request, no server; a strict policy lets only our own style and script run."""

import base64
import hashlib
from pathlib import Path

from crosswalk import __version__
from crosswalk.output import count, plural
from crosswalk.redact import clean
from crosswalk.report.book import STORES
from crosswalk.report.charts import calendar
from crosswalk.report.charts.scale import number
from crosswalk.report.gather import Report
from crosswalk.report.page import page
from crosswalk.report.signoff import STATES, sign_off
from crosswalk.report.text import moment, percent, script_json, shown

TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = (
    ("verdict", "Verdict"),
    ("sums", "Sums"),
    ("before", "Before the push"),
    ("flow", "Flow"),
    ("volume", "Volume"),
    ("coverage", "Coverage"),
    ("proof", "Proof"),
    ("hours", "Hours"),
    ("events", "Events"),
    ("properties", "Properties"),
    ("people", "People"),
    ("privacy", "Privacy"),
    ("refused", "Refused"),
    ("lookup", "Look up"),
    ("aside", "Set aside"),
    ("runs", "Plan and runs"),
    ("undo", "Undo"),
    ("signoff", "Sign-off"),
    ("settings", "Settings"),
    ("queries", "Queries"),
)


def render(report: Report, twin: str) -> str:
    """The page as text, secrets out; `twin` is the name of the JSON file beside it."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": count,
        "plural": plural,
        "shown": shown,
        "shown_long": lambda value: shown(value, longest=2000),
        "xy": number,
        "percent": percent,
        "moment": moment,
    }
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    drawn = page(report)
    text = environment.get_template("report.html.j2").render(
        page=drawn,
        tips=script_json(drawn.tips),
        sections=SECTIONS,
        stores=STORES,
        items=sign_off(report),
        item_states=STATES,
        verified_now=report.verified is not None and not report.unverified_reason,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        twin=twin,
        calendar_width=calendar.WIDTH,
        version=__version__,
    )
    return clean(text).lstrip()


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The source expression of an inline style or script (W3C, Content Security Policy 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
