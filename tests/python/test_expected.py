"""The payloads of the sample exports, record by record, as they were read and approved: `tests/expected/`.

`pytest tests/python/test_expected.py --regenerate-expected` writes the files anew; the difference is then to be read.
"""

from pathlib import Path

import pytest
from harness import ROOT, Result, json_text, strict_json

EXPECTED = ROOT / "tests" / "expected"
# Each source with the fixture that read its samples.
SAMPLES = {
    "amplitude": "samples",
    "heap": "heap_samples",
    "mixpanel": "mixpanel_samples",
    "posthog": "posthog_samples",
}
ROUTES = [(source, destination) for source in SAMPLES for destination in ("posthog", "mixpanel")]


def expected_file(source: str, destination: str) -> Path:
    return EXPECTED / f"{source}_to_{destination}.jsonl"


@pytest.mark.parametrize(("source", "destination"), ROUTES)
def test_payloads_are_as_expected(source: str, destination: str, request: pytest.FixtureRequest) -> None:
    samples: Result = request.getfixturevalue(SAMPLES[source])
    texts = [payload.text for payload in samples.payloads(destination)]
    file = expected_file(source, destination)
    if request.config.getoption("--regenerate-expected"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes("".join(text + "\n" for text in texts).encode())
    expected = file.read_bytes().decode().split("\n")[:-1]
    for number, (wanted, text) in enumerate(zip(expected, texts, strict=False), start=1):
        assert strict_json(wanted) == strict_json(text), f"record {number}"
        assert wanted == text, f"record {number}: the values are equal, the text is not"
    assert len(expected) == len(texts)


@pytest.mark.parametrize(("source", "destination"), ROUTES)
def test_expected_records_are_strict_json(source: str, destination: str) -> None:
    """One record a line, each of another id, and the same value written with sorted keys is the same value."""
    lines = expected_file(source, destination).read_bytes().decode().split("\n")[:-1]
    records = [strict_json(line) for line in lines]
    assert len(records) == len(set(lines))
    assert all(strict_json(json_text(record)) == record for record in records)
