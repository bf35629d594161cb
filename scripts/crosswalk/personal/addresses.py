"""E-mail and IP addresses."""

import ipaddress
import re
import urllib.parse
from collections.abc import Iterator

from crosswalk.personal.evidence import Certainty, Evidence

_EMAIL = re.compile(
    r"[\w.+'~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![\w@-])",
)
# Ends of file names, which stand behind an @ in "icon@2x.png" and "lib@next.js".
_FILES = frozenset(
    "png jpg jpeg gif svg webp avif ico bmp css scss less js mjs cjs ts tsx jsx json map html htm php xml yml yaml md txt pdf "
    "zip gz tgz mp3 mp4 woff woff2 ttf exe dll so py rb go rs java vue lock min".split()
)
_LOCAL = re.compile(r"[\w.+'~-]*")
# With the character in front, a blank at the beginning of a text.
_V4 = re.compile(r"[^\w.]((?:\d{1,3}\.){3}\d{1,3})(?![\w]|\.\d)")
_V6_LIKE = re.compile(r"[^\w:.][0-9A-Fa-f]*:[0-9A-Fa-f]*:")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_OCTETS = re.compile(rf"(?!0\.|127\.){_OCTET}(?:\.{_OCTET}){{3}}")
_V6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{3,45}(?:(?:\d{1,3}\.){2}\d{1,3})?(?![\w:])"
)
_V6_START = re.compile(r"(?:[23][0-9a-f]{3}|f[cde][0-9a-f]{2}):", re.IGNORECASE)
_VERSION_BEFORE = re.compile(
    r"(?:\bv|\bver(?:sion)?\.?|\bbuild|\brelease|\bfirmware|\bdriver|\bupgraded?|\bupdated?|\bpatch|\bsection|\boid|\bsdk|"
    r"[^\W\d_]\w*/|\d[-_])[ :=to]{0,4}$",
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[Evidence]:
    """E-mail addresses, also as URLs encode them."""
    if "%40" in text:
        text = urllib.parse.unquote(text)
    for found in _mailboxes(text):
        local, _, domain = found[0].rpartition("@")
        labels = domain.lower().split(".")
        before = text[max(0, found.start() - 80) : found.start()]
        if labels[-1] in _FILES or local.lower() in ("git", "hg", "svn"):
            continue
        if labels[0].isdigit() and labels[1][:1].isdigit():  # lodash@4.17.rc
            continue
        if re.search(r"://[^/\s?#]*$", before):  # a user name in an address is no mailbox
            continue
        yield Evidence("email", Certainty.SURE, found[0])


def _mailboxes(text: str) -> Iterator[re.Match[str]]:
    """Matches from the left, tried in front of each @ only: of 64 characters at most, and behind the match before."""
    end, at = 0, text.find("@")
    while at >= 0:
        before = _LOCAL.match(text[max(end, at - 64) : at][::-1])
        found = _EMAIL.match(text, at - before.end()) if before and before.end() else None
        if found:
            yield found
            end = found.end()
        at = text.find("@", at + 1)


def ips(text: str) -> Iterator[Evidence]:
    """IPv4 and IPv6 addresses; those of nobody (0.0.0.0, loopback, broadcast) are none."""
    padded = " " + text
    for found in _V4.finditer(padded):
        if is_v4(found[1]) and not _is_version(text, found.start()):
            yield Evidence("ip", Certainty.LIKELY, found[1])
    if text.count(":") >= 2:
        for begun in _V6_LIKE.finditer(padded):
            whole = _V6.match(text, begun.start())
            if whole and _is_v6(whole[0]):
                yield Evidence("ip", Certainty.SURE, whole[0])


def is_v4(text: str) -> bool:
    """Whether four numbers are somebody's address: no leading zeros, none above 255, not this or every machine."""
    return _OCTETS.fullmatch(text) is not None and text != "255.255.255.255"


def _is_version(text: str, start: int) -> bool:
    """ "Chrome/112.0.1.2", "version 1.2.3.4", "v1.2.3.4": but "https://1.2.3.4" is an address."""
    before = text[max(0, start - 24) : start]
    if before.endswith("//"):
        return False
    return bool(before) and _VERSION_BEFORE.search(before) is not None


def _is_v6(text: str) -> bool:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    if address.is_unspecified or address.is_loopback:
        return False
    groups = [group for group in text.split(":") if group]
    return len(groups) >= 3 or _V6_START.match(text) is not None
