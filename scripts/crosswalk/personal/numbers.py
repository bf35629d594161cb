"""Card numbers and IBANs: both carry a check digit.

Sources: ISO/IEC 7812 (Luhn, issuer ranges as the card networks publish them), ISO 13616 (SWIFT's IBAN registry).
"""

import re
from collections.abc import Iterable, Iterator

from crosswalk.personal.clusters import Span
from crosswalk.personal.evidence import Certainty, Evidence

_CARD = re.compile(r"(?<![\w.-])\d(?:[ \u00a0-]?\d){12,18}(?![\w-]|\.\d)")
_GROUPS = ("4444", "465", "464", "44443", "4442", "4441", "86", "88", "4446")
# With the character in front, a blank at the beginning of a text.
_IBAN_START = re.compile(r"[^A-Za-z0-9]([A-Za-z]{2}\d{2})(?=[ \u00a0-]?[A-Za-z0-9])")
_IBAN_PART = re.compile(r"[A-Za-z]{2}\d{2}[ \u00a0-]?[A-Za-z0-9]{4}")
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
    "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
    "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
    "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip


def cards(text: str, spans: Iterable[Span]) -> Iterator[Evidence]:
    """Card numbers in these stretches: the issuer's range, its length, the usual groups, and Luhn's check digit."""
    for found in (found for span in spans for found in span.each(_CARD, text)):
        groups = re.split(r"[ \u00a0-]", found[0])
        digits = "".join(groups)
        if not _is_issued(digits) or not luhn(digits):
            continue
        if len(groups) == 1:
            yield Evidence("card", Certainty.LIKELY, found[0])
        elif "".join(str(len(group)) for group in groups) in _GROUPS:
            yield Evidence("card", Certainty.SURE, found[0])


def luhn(digits: str) -> bool:
    """Luhn's check: every second digit from the right is doubled."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _is_issued(digits: str) -> bool:
    size, two, three, four = len(digits), int(digits[:2]), int(digits[:3]), int(digits[:4])
    if digits[0] == "4":
        return size in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return size == 16
    if two in (34, 37):
        return size == 15
    if two in (36, 38, 39) or 300 <= three <= 305:
        return 14 <= size <= 19
    if 3528 <= four <= 3589 or four == 6011 or two in (62, 65) or 644 <= three <= 649:
        return 16 <= size <= 19
    return two in (50, 56, 57, 58, 63, 67) and 12 <= size <= 19


def ibans(text: str) -> Iterator[Evidence]:
    """IBANs: a country with its length, and the remainder 1 modulo 97."""
    for found in _IBAN_START.finditer(" " + text):
        start, length = found.start(), _IBAN_LENGTHS.get(found[1][:2].upper())
        end = _reach(text, start, length) if length else None
        if end and mod_97(text[start:end]) and _IBAN_PART.search(text):
            yield Evidence("iban", Certainty.SURE, text[start:end])


def _reach(text: str, start: int, length: int) -> int | None:
    """Where so many letters and digits end, single gaps between them; None where another one follows at once."""
    taken, at = 0, start
    while taken < length:
        if at >= len(text):
            return None
        if text[at].isascii() and text[at].isalnum():
            taken += 1
        elif text[at] not in " \u00a0-" or not text[at - 1].isalnum():
            return None
        at += 1
    return None if at < len(text) and text[at].isalnum() else at


def mod_97(text: str) -> bool:
    """ISO 7064: the first four characters go to the end, letters count from 10."""
    plain = "".join(char for char in text.upper() if char.isalnum())
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1
