"""A peer: `import_from_amplitude` of mixpanel-utils 2.2.7.

`python benchmarks/peer_mixpanel_utils.py GLOB URL` prints one JSON object. What is changed at run time, and nothing else: the
addresses; the answer of Amplitude's export API, which is a zip of the files made before the clock starts; and the profile of a
person without the property `Name`, for whom the package raises KeyError, logs it and ends with nothing sent.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import loopback

refused = loopback.guard()

import peer  # noqa: E402
from mixpanel_utils import MixpanelUtils  # type: ignore[import-not-found]  # noqa: E402


class Nameless(dict[str, Any]):
    """User properties in which `Name` may be missing."""

    def __missing__(self, key: str) -> None:
        """Nothing, as the package expects of a person without a name."""


class Patched(MixpanelUtils):  # type: ignore[misc]
    """The package with that one fault mended."""

    def _transform_amplitude_profiles(self, amplitude_profile: dict[str, Any]) -> Any:
        named = amplitude_profile | {"user_properties": Nameless(amplitude_profile["user_properties"])}
        return super()._transform_amplitude_profiles(named)


def export_of(pattern: str, place: Path) -> Path:
    """The files as Amplitude's export API sends them: a zip with one folder."""
    path = place / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as export:
        for name in peer.files_of(pattern):
            export.write(name, f"187520/{name.name}")
    return path


def main() -> None:
    """Import the files; the package works in the folder that it stands in."""
    pattern = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as scratch, contextlib.chdir(scratch):
        export = export_of(pattern, Path(scratch))
        real = urllib.request.urlopen

        def urlopen(request: Any, *arguments: Any, **named: Any) -> Any:
            if request.full_url.startswith("https://amplitude.com/api/2/export"):
                return export.open("rb")
            return real(request, *arguments, **named)

        setattr(urllib.request, urlopen.__name__, urlopen)
        clock = peer.Clock()
        client = Patched("secret", token="benchmark")  # noqa: S106
        client.import_api = sys.argv[2]
        with contextlib.redirect_stdout(io.StringIO()) as said:
            client.import_from_amplitude("key", "secret", "20240101T00", "20240104T00")
        found = re.search(r"Imported (\d+) events", said.getvalue())
        clock.say(int(found.group(1)) if found else 0, refused=refused)


if __name__ == "__main__":
    main()
