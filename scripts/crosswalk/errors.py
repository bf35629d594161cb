"""Errors a person can act on: one plain sentence each, with the exit code that goes with it.

A message says what is wrong, where, and what to type next. Anything else that is raised is a fault of Crosswalk itself.
"""

from crosswalk import exits


class CrosswalkError(Exception):
    """Base of all errors that end a command with a sentence instead of a traceback."""

    code = exits.BUG


class ConfigError(CrosswalkError):
    """Wrong use or configuration: a flag, a variable, the profile, a relation that was not built."""

    code = exits.USAGE


class CredentialsError(CrosswalkError):
    """A credential is missing, malformed, or refused by the vendor."""

    code = exits.CREDENTIALS


class CountsError(CrosswalkError):
    """Counts that must agree do not."""

    code = exits.COUNTS


class UnavailableError(CrosswalkError):
    """The destination cannot be reached or does not take data now; the same command goes on later."""

    code = exits.UNAVAILABLE


class LocalError(CrosswalkError):
    """A local file or disk: absent, busy, full, corrupt."""

    code = exits.LOCAL


class PlanError(CrosswalkError):
    """The plan is missing, was not approved, or no longer describes the data."""

    code = exits.PLAN


class LockedError(CrosswalkError):
    """Another live run is sending to the same destination project."""

    code = exits.LOCKED


class TerminatedError(BaseException):
    """SIGTERM or SIGHUP outside a push; a BaseException for the same reason that KeyboardInterrupt is one."""

    def __init__(self, code: int = exits.TERMINATED) -> None:
        super().__init__()
        self.code = code
