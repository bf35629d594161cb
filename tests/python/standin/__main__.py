"""Run the stand-in for a person: `python tests/python/standin --port 8765`, then point the URL variables at it."""

import argparse
import json
import sys
import time
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from standin.server import Standin


def main() -> None:
    """Serve until Ctrl-C, and print the counts every few seconds."""
    parser = argparse.ArgumentParser(
        prog="standin", description="Mixpanel and PostHog, strict, on this machine."
    )
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--id-merge", choices=("simplified", "original"), default="simplified")
    arguments = parser.parse_args()
    with Standin(port=arguments.port, id_merge=arguments.id_merge) as standin:
        print(f"MIXPANEL_API_URL={standin.url} POSTHOG_URL={standin.url}")
        print(f"MIXPANEL_PROJECT_TOKEN={standin.token} POSTHOG_PROJECT_API_KEY={standin.api_key}")
        try:
            while True:
                time.sleep(5)
                print(json.dumps(standin.counts()), flush=True)
        except KeyboardInterrupt:
            print(json.dumps(standin.counts()))


if __name__ == "__main__":
    main()
