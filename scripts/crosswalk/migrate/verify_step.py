"""The last step of a migration: is at the destination what was sent? As a line and an exit code."""

from crosswalk import exits
from crosswalk.output import plural
from crosswalk.verify.result import VerifyResult

EXIT_CODES = {"verified": exits.DONE, "not_verified": exits.DONE, "different": exits.COUNTS}


def verify_line(result: VerifyResult) -> str:
    """One line for people."""
    if result.status == "not_verified":
        return f"not verified: {result.reason}"
    if result.status == "verified":
        return "verified: everything that was accepted was found at the destination"
    return f"different: {plural(len(result.findings), 'finding')}; `crosswalk verify --to {result.destination}` names them"
