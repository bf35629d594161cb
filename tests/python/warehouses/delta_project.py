"""The project of somebody who keeps Delta tables on Spark: with the line in dbt_project.yml that docs/incremental.md tells of."""

from pathlib import Path

import harness

FOLDERS = ("models", "macros", "seeds", "tests")


def project(folder: Path) -> Path:
    """A project in the folder, whose models are those of the repository."""
    place = folder / "project"
    place.mkdir()
    for name in FOLDERS:
        (place / name).symlink_to(harness.ROOT / name)
    text = (harness.ROOT / "dbt_project.yml").read_text(encoding="utf-8")
    models = "models:\n  crosswalk:\n"
    assert text.count(models) == 1
    (place / "dbt_project.yml").write_text(text.replace(models, f"{models}    +file_format: delta\n"))
    return place
