"""Tokens and keys: JSON Web Tokens, the keys of well-known services, credentials in addresses, long random texts."""

import re
from collections.abc import Iterator

from crosswalk.personal.evidence import Certainty, Evidence
from crosswalk.personal.look import ALL, KNOWN, NAMED, RUN

# Each service documents the beginning of its keys, so that they can be found where they should not be.
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"  # JWT: RFC 7519
    r"|[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}"  # Stripe
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{18,}"  # GitHub, GitLab
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"  # Slack
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # AWS
    r"|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}"  # Google
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|key-[0-9a-f]{32}|(?:SK|AC)[0-9a-f]{32}"  # SendGrid, Mailgun, Twilio
    r"|sk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{30,}|r8_[A-Za-z0-9]{30,}"
    r"|ph[cx]_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{30,}|dop_v1_[0-9a-f]{60,}|shp(?:at|ca|pa|ss)_[0-9a-f]{30,}"
    r"|sq0[a-z]{3}-[A-Za-z0-9_-]{20,}|EAA[A-Za-z0-9]{40,}|lin_api_[A-Za-z0-9]{30,}|ATATT3[A-Za-z0-9_=-]{30,}"
    r")|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
# What one of them needs, so that most texts are not held against the whole expression.
_MARKS = {
    "_": tuple(
        "k_live_ k_test_ whsec_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ hf_ r8_ phc_ phx_ npm_ dop_v1_ shpat_ shpca_ shppa_ shpss_ "
        "lin_api_".split()
    ),
    "-": tuple("glpat- xox xapp- GOCSPX- key- sk- pypi- sq0 -----BEGIN".split()),
    "": tuple("eyJ AKIA ASIA AIza ya29. SG. EAA ATATT3".split()),
}
# Those of which no part is a long run.
_SHORT = ["eyJ", "xox", "xapp-", "-----BEGIN"]
_NUMBERED = re.compile(r"[SA][KC][0-9a-f]{32}")
_SCHEMES = tuple(f"{word}{behind}" for word in ("bearer", "basic", "token", "apikey") for behind in " :")
_WORDS = ("token", "secret", "passw", "key", "signature", "jwt", "auth")
_ASSIGNED = re.compile(
    r"(?:token|secret|passwd|password|key|signature|jwt|auth)(?:=|: ?| (?:is )?)[a-z0-9+/_.~=-]{16}"
)
_SCHEME = re.compile(r"\b(?:bearer|basic|token|apikey)[ :]+[A-Za-z0-9._~+/-]{16,}={0,2}", re.IGNORECASE)
_USERINFO = re.compile(r"://[^/\s:@]+:[^/\s@]{3,}@")
_PARAMETER = re.compile(
    r"(?:[?&;#\s]|^)[\w.-]*(?:token|secret|passwd|password|key|signature|jwt|auth)(?:=|: ?| (?:is )?)([A-Za-z0-9+/_.~=-]{16,})",
    re.IGNORECASE,
)
_LONG_RUN = 16  # characters of a run that is looked at
_RUN_CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_BREAKS = bytes(code if code in _RUN_CHARACTERS else 32 for code in range(256))
_WIDE_BREAKS = bytes(code if code in _RUN_CHARACTERS | frozenset(b"=.~") else 32 for code in range(256))
_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_LONG = 30
_ENOUGH = 256
_OTHERS = ("du", "ud", "dl", "ld", "ul", "lu")
_KIND = {
    code: "d" if chr(code).isdigit() else "u" if chr(code).isupper() else "l" if chr(code).isalpha() else None
    for code in range(128)
}


def tokens(text: str, may: int = ALL) -> Iterator[Evidence]:
    """Places in the text that can be tokens or keys; `may` says what it may hold."""
    runs = list(_runs(text)) if may & (KNOWN | NAMED | RUN) else []
    if may & (KNOWN | NAMED):
        if not runs and "://" not in text and "-----BEGIN" not in text and not _has_wide_run(text):
            return
        for found in _known(text, bool(runs)) if may & KNOWN else ():
            yield Evidence("token", Certainty.SURE, found[0])
        yield from _named(text) if may & NAMED else ()
    for start, run in runs if may & RUN else ():
        if is_random(run) and not _is_in_path(text, start):
            yield Evidence("token", Certainty.LIKELY, run)
        elif run == text and _is_mixed(text) and not _UUID.fullmatch(text):
            yield Evidence("token", Certainty.TOLD, text)


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Where long runs of letters, digits and +/_- stand, with up to two = behind them."""
    packed = text.encode("ascii", "replace").translate(_BREAKS)
    at = 0
    for word in packed.split():
        if len(word) >= _LONG_RUN:
            start = packed.index(word, at)
            at = start + len(word)
            more = 0 if text[at : at + 1] != "=" else 1 + (text[at + 1 : at + 2] == "=")
            yield start, text[start : at + more]


def _has_wide_run(text: str) -> bool:
    """Whether so many characters stand together as every token has, dots and the like counted too."""
    words = text.encode("ascii", "replace").translate(_WIDE_BREAKS).split()
    return max(map(len, words), default=0) >= _LONG_RUN


def _known(text: str, has_runs: bool) -> Iterator[re.Match[str]]:
    """Keys of services, and credentials in addresses."""
    marks = (
        [mark for needed, some in _MARKS.items() if needed in text for mark in some] if has_runs else _SHORT
    )
    if any(map(text.__contains__, marks)) or (
        has_runs and ("SK" in text or "AC" in text) and _NUMBERED.search(text)
    ):
        yield from _KNOWN.finditer(text)
    if "@" in text and "://" in text:
        yield from _USERINFO.finditer(text)


def _named(text: str) -> Iterator[Evidence]:
    """What the words in front of it call a token."""
    lower = text.casefold()
    if any(map(lower.__contains__, _SCHEMES)):
        for found in _SCHEME.finditer(text):
            if _is_mixed(found[0].split()[-1]):
                yield Evidence("token", Certainty.SURE, found[0])
    if any(map(lower.__contains__, _WORDS)) and _ASSIGNED.search(lower):
        for found in _PARAMETER.finditer(text):
            if _is_mixed(found[1]) and not _UUID.fullmatch(found[1]):
                yield Evidence("token", Certainty.SURE, found[1])


def _is_in_path(text: str, start: int) -> bool:
    """Part of an address's path: assets are named by hashes."""
    return "://" in text[:start] and "=" not in text[max(0, start - 1) : start]


def _is_mixed(text: str) -> bool:
    """Letters with digits, or in both cases without order, as a secret has them and words have not."""
    kinds = _kinds(text)
    return ("d" in kinds and len(set(kinds)) > 1) or _changes(kinds) >= 0.35


def _kinds(text: str) -> str:
    """Digits, upper and lower case as d, u and l; the beginning speaks for a long text."""
    text = text[:_ENOUGH]
    if text.isascii():
        return text.translate(_KIND)
    return "".join(
        "d" if char.isdigit() else "u" if char.isupper() else "l" for char in text if char.isalnum()
    )


def _changes(kinds: str) -> float:
    """How often the next character is of another kind, 0 to 1: about 0.6 in random text, 0.3 in NamesOfThings."""
    return sum(kinds.count(pair) for pair in _OTHERS) / max(1, len(kinds))


def is_random(text: str) -> bool:
    """Whether a long run has upper case, lower case and digits in no order that a word or a number has.

    Hashes and UUIDs (one case, or groups) are ids and not secrets by their looks.
    """
    if len(text) < _LONG:
        return False
    kinds = _kinds(text)
    if "d" not in kinds or "u" not in kinds or "l" not in kinds or _changes(kinds) < 0.4:
        return False
    return max(map(len, re.split(r"[-_/+]", text.rstrip("=")))) >= 8
