"""Phone numbers: international ones, national ones with their usual groups, and digits where words or names say so.

Sources: ITU-T E.164 (at most 15 digits, country codes of the ITU's list) and the national number plans of large countries.
"""

import re
from collections.abc import Iterable, Iterator

from crosswalk.personal.clusters import Span
from crosswalk.personal.evidence import Certainty, Evidence

_CODES = frozenset(
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 "
    "91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 "
    "240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 "
    "290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 "
    "386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 "
    "674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 850 852 853 855 856 880 886 960 961 962 "
    "963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 994 995 996 998".split()
)
# Digits after the country code, where they are not 6 to 12.
_LENGTHS = {
    "1": (10, 10), "7": (10, 10), "33": (9, 9), "34": (9, 9), "44": (9, 10), "48": (9, 9), "55": (10, 11), "61": (9, 9),
    "86": (9, 11), "91": (10, 10), "81": (9, 10), "52": (10, 11), "90": (10, 10), "31": (9, 9), "41": (9, 9), "351": (9, 9),
    "420": (9, 9), "49": (6, 11), "43": (6, 13), "39": (8, 11),
}  # fmt: skip
_GAP = r"[ \u00a0\u202f\u2009.\-/\u2010-\u2013]"
_PLUS = re.compile(rf"(?<![\w+])\+ ?\(?[1-9](?:{_GAP}{{0,2}}\(?{_GAP}?\d\)?){{6,16}}(?![\w]|[.]\d)")
_DOUBLE_ZERO = re.compile(rf"(?<![\w.+/-])(?<!\d[ .\u00a0-])00[1-9](?:{_GAP}?\(?\d\)?){{6,16}}(?![\w-])")
_NATIONAL = tuple(
    re.compile(text)
    for text in (
        # North America: area code and exchange begin with 2 to 9.
        r"(?<![\w.+/-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?![\w-]|\.\d)",
        # With the trunk 0, and at least one gap behind the area code.
        rf"(?<![\w.+/:,-])(?<!\d[ .\u00a0-])\(?0[1-9]\d{{0,4}}\)?{_GAP}{{1,3}}\d{{2,8}}"
        rf"(?:{_GAP}\d{{2,4}}){{0,4}}(?![\w:-]|[./]\d)",
        # An area code in brackets.
        r"(?<![\w.+/-])(?:8[ -]?)?\(\d{2,5}\) ?\d{2,5}(?:[ -]\d{2,4}){1,3}(?![\w-]|\.\d)",
        # China's mobile numbers.
        r"(?<![\w.+/-])1[3-9]\d[ -]\d{4}[ -]\d{4}(?![\w-]|\.\d)",
    )
)
_ANY = re.compile(rf"(?<![\w.+])\(?\+?\d(?:{_GAP}{{0,2}}\(?{_GAP}?\d\)?){{6,16}}(?![\w])")
_ALONE = re.compile(r"[\s\d+().\-/\u00a0\u202f\u2009\u2010-\u2013]{7,40}")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATE = re.compile(
    rf"(?<!\d)(?<!\d[./-])(?:{_DAY}[./-]{_MONTH}[./-](?:\d{{4}}|\d\d)|{_MONTH}[./-]{_DAY}[./-](?:\d{{4}}|\d\d)"
    rf"|\d{{4}}[./-]{_MONTH}[./-]{_DAY})(?!\d|[./-]\d)"
)
_POSTCODE = re.compile(r"\d{5}-\d{4}")
_WORDS = (
    r"\b(?:call(?:s|ed|ing)?|phones?|telephone|tel|mobile|cell|whats ?app|sms|text me|reach (?:me|us|him|her)|ring|fax|"
    r"dial|handy|telefon\w*|appel\w*|ll[aá]m\w*|ruf\w*|rufnummer|bel|contact (?:me|us|number)|my number|callback)\b"
)
_TALKS = re.compile(_WORDS, re.IGNORECASE)
_TALK = re.compile(_WORDS + r"\W*(?:\w+\W+){0,4}$", re.IGNORECASE)
_NO_TALK = re.compile(
    r"\b(?:order|invoice|ticket|case|tracking|ref(?:erence)?|serial|account|version|build|sku)\b[^.]{0,24}$",
    re.IGNORECASE,
)
_TALK_SPAN = 48


def phones(text: str, spans: Iterable[Span]) -> Iterator[Evidence]:
    """Places in these stretches of the text that can be phone numbers."""
    for found in _each(_PLUS, text, spans) if "+" in text else ():
        digits = _digits(found[0])
        if _is_international(digits):
            is_decimal = re.fullmatch(r"\+\d{1,3}\.\d+", found[0]) is not None
            yield Evidence("phone", Certainty.LIKELY if is_decimal else Certainty.SURE, found[0])
    for found in _each(_DOUBLE_ZERO, text, spans) if "00" in text else ():
        if _is_international(_digits(found[0])[2:]):
            has_gaps = not found[0].isdigit()
            yield Evidence("phone", Certainty.LIKELY if has_gaps else Certainty.TOLD, found[0])
    with_gaps = [span for span in spans if not span.is_bare]
    for pattern in _NATIONAL if with_gaps else ():
        for found in _each(pattern, text, with_gaps):
            if 8 <= len(_digits(found[0])) <= 12 and not _is_other(found[0]):
                yield Evidence("phone", _beside(text, found.start(), Certainty.LIKELY), found[0])
    is_alone = _ALONE.fullmatch(text) is not None
    for found in _each(_ANY, text, spans):
        said = _beside(text, found.start(), Certainty.TOLD)
        if not is_alone and (said is not Certainty.SURE or not _TALKS.search(text)):
            continue
        if 7 <= len(_digits(found[0])) <= 15 and not _is_other(found[0]):
            yield Evidence("phone", said, found[0])


def _each(pattern: re.Pattern[str], text: str, spans: Iterable[Span]) -> Iterator[re.Match[str]]:
    return (found for span in spans for found in span.each(pattern, text))


def _beside(text: str, start: int, certainty: Certainty) -> Certainty:
    """Words in front of a number say what it is: "call me at …", "order number …"."""
    before = text[max(0, start - _TALK_SPAN) : start]
    if before and _NO_TALK.search(before):
        return Certainty.TOLD
    return Certainty.SURE if before and _TALK.search(before) else certainty


def _is_other(text: str) -> bool:
    """A date, or a postcode of the United States."""
    return _DATE.search(text) is not None or _POSTCODE.fullmatch(text) is not None


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _is_international(digits: str) -> bool:
    """Whether a country code leads, with as many digits behind it as the country has."""
    for length in (1, 2, 3):
        code = digits[:length]
        if code in _CODES:
            fewest, most = _LENGTHS.get(code, (6, 12))
            rest = len(digits) - length
            # "+44 (0)20 …": the trunk 0 is written too.
            if digits[length : length + 1] == "0" and code not in ("39",):
                rest -= 1
            return fewest <= rest <= most and len(digits) <= 16
    return False
