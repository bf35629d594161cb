"""`python -m crosswalk` and the console script both start here."""

import sys

from crosswalk.cli import main

if __name__ == "__main__":
    sys.exit(main())
