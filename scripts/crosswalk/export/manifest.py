"""The manifest: what an export consists of. It stands beside the parts, never among them, since loaders read every file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk.export.parts import Part

FORMAT = "crosswalk export 1"


@dataclass(frozen=True)
class Manifest:
    """`export_id` stands for the content and the settings; until `complete`, parts may be missing."""

    content: str
    export_id: str
    gzip: bool
    part_size: int
    complete: bool = False
    parts: Sequence[Part] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """JSON to read: one part a line. The same export gives the same text."""
        head = {
            "format": FORMAT,
            "content": self.content,
            "export_id": self.export_id,
            "complete": self.complete,
            "gzip": self.gzip,
            "part_size": self.part_size,
            "lines": sum(part.lines for part in self.parts),
            "bytes": sum(part.bytes for part in self.parts),
            "left_out": dict(sorted(self.left_out.items())),
        }
        body = json.dumps(head, indent=2, ensure_ascii=False)[:-2]
        parts = ",\n".join(f"    {json.dumps(asdict(part))}" for part in self.parts)
        return f'{body},\n  "parts": [{chr(10) + parts + chr(10) + "  " if parts else ""}]\n}}\n'


def read_manifest(text: str) -> Manifest | None:
    """The manifest of a text, or None where the text is none."""
    try:
        found: dict[str, Any] = json.loads(text)
        if found["format"] != FORMAT:
            return None
        return Manifest(
            content=str(found["content"]),
            export_id=str(found["export_id"]),
            gzip=bool(found["gzip"]),
            part_size=int(found["part_size"]),
            complete=bool(found["complete"]),
            parts=[Part(**part) for part in found["parts"]],
            left_out={str(reason): int(number) for reason, number in found["left_out"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
