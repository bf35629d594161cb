"""What `deny_properties` and `hash_properties` refuse, and that they cost nothing where they name nothing."""

from typing import Any

import harness
import pytest

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"deny_properties": ["a"], "hash_properties": ["b", "a"]}, 'The property "a" is in both variables'),
    (
        {"deny_properties": ["device_id"]},
        "Variable 'deny_properties' names \"device_id\", which says whose a row is",
    ),
    (
        {"hash_properties": ["event_time"]},
        "Variable 'hash_properties' names \"event_time\", which says whose a row is",
    ),
    ({"deny_properties": ["$insert_id"]}, 'names "$insert_id", which says whose'),
    ({"deny_properties": ["$amplitude_user_id"]}, 'names "$amplitude_user_id", which says whose'),
    ({"deny_properties": ["amplitude_user_id"]}, 'names "amplitude_user_id", which says whose'),
    (
        {"sources": ["heap"], "deny_properties": ["heap_project_id"]},
        'names "heap_project_id", which says whose',
    ),
    (
        {"sources": ["heap"], "hash_properties": ["heap_unusable_device_id"]},
        'names "heap_unusable_device_id", which says whose',
    ),
    ({"deny_properties": "email"}, "has to be a list"),
    ({"deny_properties": ["a", "a"]}, "names a property twice"),
    ({"deny_properties": [1]}, "has to be a list of names"),
]
COMPILED: list[tuple[dict[str, Any], str]] = [
    ({"hash_properties": ["$latitude"]}, "which is a number, and a hash is text"),
    (
        {"hash_properties": ["amplitude_location_lat"]},
        'names "amplitude_location_lat", which is a number, and a hash is text',
    ),
    ({"hash_properties": ["$os"]}, "which is made from other columns of Amplitude"),
    (
        {"deny_properties": ["amplitude_event_time"]},
        "which is 'event_time' of Amplitude under a name of ours",
    ),
    ({"hash_properties": ["$amplitude_event_id"]}, "which is 'event_id' of Amplitude under a name of ours"),
    (
        {"deny_properties": ["amplitude_amplitude_$insert_id"]},
        "which is '$insert_id' of Amplitude under a name of ours",
    ),
    (
        {"deny_properties": ["city"], "hash_properties": ["$city"]},
        'both name what Amplitude writes as "city"',
    ),
]


@pytest.mark.parametrize(("variables", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_setting_is_refused_on_run_start(variables: dict[str, Any], said: str) -> None:
    assert said in harness.dbt_error(variables)


@pytest.mark.parametrize(("variables", "said"), COMPILED, ids=[said for _, said in COMPILED])
def test_concept_is_refused_when_its_source_is_read(variables: dict[str, Any], said: str) -> None:
    """The models that read a source ask for its rules."""
    read_with = harness.parsed('{"deny_properties": ["x"]}')
    folder = harness.seeded_folder(harness.ROOT)
    with pytest.raises(harness.DbtError) as raised:
        command = ("compile", "--select", "stg_amplitude__lines")
        files = {"amplitude_files": str(folder / harness.PLACEHOLDER)}
        harness.dbt(command, folder, {**files, **variables}, harness.ROOT, read_with)
    assert said in str(raised.value)


def test_without_names_nothing_is_looked_at() -> None:
    compiled = harness.compile_project('{"sources": ["amplitude"]}')
    for model in compiled.models.values():
        assert "has_denied" not in model.sql and "crosswalk_keys" not in model.sql
