# ruff: noqa: E501, S104
"""A seeded corpus of values with and without personal data, as exports of product analytics have them.

Every value stands under the name of a property, alone, in a sentence, in a page address, or in a text that is JSON. What is
no personal data is chosen to look like it: order numbers, versions, times, hashes, coordinates, prices.
"""

import base64
import datetime as dt
import json
import random
import string
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NEUTRAL = (
    "value",
    "note",
    "input",
    "label",
    "text",
    "field_3",
    "content",
    "data",
    "detail",
    "answer",
    "meta",
    "search_query",
)


@dataclass(frozen=True)
class Item:
    """A property with a value; `kind` is what it holds, None for nothing."""

    name: str
    value: object
    kind: str | None
    form: str


def corpus(seed: int, number: int) -> Iterator[Item]:
    """About `number` items, half of them with personal data; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(number // 2):
        kind = chance.choice(tuple(POSITIVE))
        yield _placed(chance, kind, *POSITIVE[kind](chance))
        yield _harmless(chance)


def _placed(r: random.Random, kind: str, text: str, names: tuple[str, ...], is_plain: bool) -> Item:
    """`is_plain`: speaks for itself under any name; else only a telling name or words beside it say what it is."""
    form = r.choice(
        ("telling", "neutral", "sentence", "json", "url") if is_plain else ("telling", "sentence", "json")
    )
    if form == "telling":
        value: object = text
        if text.isdigit() and text[0] != "0" and r.random() < 0.4:
            value = int(text)
        return Item(r.choice(names), value, kind, form)
    if form == "neutral":
        return Item(r.choice(NEUTRAL), text, kind, form)
    if form == "sentence":
        return Item(
            r.choice(NEUTRAL),
            r.choice(SENTENCES[kind][: None if is_plain else NAMED[kind]]).format(text),
            kind,
            form,
        )
    if form == "json":
        inner = (
            {"a": r.randrange(9), "user": {r.choice(names): text}}
            if r.random() < 0.6
            else [{r.choice(names): text}]
        )
        return Item(
            r.choice(("context", "payload", "properties_json", "body")), json.dumps(inner), kind, form
        )
    key = r.choice(names)
    return Item(
        r.choice(("url", "$current_url", "referrer", "page")),
        f"https://www.example.com/{r.choice(WORDS)}?{key}={urllib.parse.quote(text)}&ref={r.randrange(99)}",
        kind,
        form,
    )


WORDS = tuple(
    "home cart checkout pricing settings profile search account garden winter yellow table music player report export blue "
    "order invoice summer forest holiday kitchen camera travel finance".split()
)
FIRST = tuple(
    "anna ben carla david elena farid grace hugo ines jan kofi lena mia noah olga pedro quinn rosa sven tara".split()
)
LAST = tuple(
    "adler brown costa dubois eriksen fischer garcia hansen ito jones kowalski lopez müller nguyen okafor park".split()
)
SENTENCES = {
    "email": (
        "Please write to {} today",
        "{} signed up",
        "contact: {}",
        "invited <{}>",
        "From {}, thanks!",
        "user {} not found",
    ),
    "phone": (
        "Call me at {}",
        "my number is {}",
        "please phone {} after six",
        "WhatsApp: {}",
        "Tel. {}",
        "mobile {} (evenings)",
        "text me on {}",
        "Reach me on {} please",
        "Fax {}",
    ),
    "card": ("paid with {}", "card {} declined", "use {} please", "my card number is {}", "{} expires soon"),
    "iban": ("transfer to {}", "IBAN {} please", "account {}, thanks", "refund {} today"),
    "ip": (
        "blocked {} after ten tries",
        "request from {}",
        "client {} connected",
        "host {}, port 80",
        "[{}] timed out",
    ),
    "token": ("Authorization: Bearer {}", "token={}", "key {} leaked", "api_key={}", "use {} for the call"),
}
# How many of the sentences, from the first, say themselves what they hold.
NAMED = {"phone": 9, "token": 4}


def _digits(r: random.Random, pattern: str) -> str:
    """`X` any digit, `N` 2 to 9, `Z` 1 to 9; the rest as it stands."""
    sets = {"X": "0123456789", "N": "23456789", "Z": "123456789"}
    return "".join(r.choice(sets[char]) if char in sets else char for char in pattern)


def _email(r: random.Random) -> tuple[str, tuple[str, ...], bool]:
    first, last = r.choice(FIRST), r.choice(LAST)
    local = r.choice(
        (f"{first}.{last}", f"{first}{r.randrange(99)}", f"{first[0]}{last}", f"{first}_{last}", f"{first}+{r.choice(WORDS)}",
         f"{last}-{first}", f"{first.upper()}.{last}", f"{first}.o'{last}", f"{r.randrange(10**6)}", first)
    )  # fmt: skip
    host = r.choice(
        ("example.com", "mail.example.co.uk", "gmail.com", "web.de", "orange.fr", "example.io", "firma-gmbh.de", "bücher.example",
         "sub.mail.example.org", "yahoo.co.jp", "example.travel", "uni.example.edu", "proton.me", "corp.example.museum",
         "123mail.example.com", "example.xn--p1ai")
    )  # fmt: skip
    return f"{local}@{host}", ("email", "user_email", "$email", "mail", "contactEmail", "from"), True


# International forms, and national ones that speak for themselves by their trunk prefix or brackets.
_PHONES = (
    "+1 NXX-NXX-XXXX", "+1NXXNXXXXXX", "+1 (NXX) NXX-XXXX", "+1.NXX.NXX.XXXX", "(NXX) NXX-XXXX", "NXX-NXX-XXXX", "NXX.NXX.XXXX",
    "1-NXX-NXX-XXXX", "+44 7XXX XXXXXX", "+447XXXXXXXXX", "+44 20 XXXX XXXX", "+44 (0)20 XXXX XXXX", "07XXX XXXXXX",
    "020 XXXX XXXX", "07XXX XXX XXX", "+49 151 ZXXXXXXX", "+49 30 ZXXXXXX", "+49 (0) 89 ZXXXXXX", "0151 ZXXXXXXX", "030/ZXXXXXX",
    "0151-ZXXXXXXX", "0049 171 ZXXXXXX", "+33 6 XX XX XX XX", "+33612XXXXXX", "06 XX XX XX XX", "06.XX.XX.XX.XX", "06-XX-XX-XX-XX",
    "+34 6XX XXX XXX", "+34 91 XXX XX XX", "+39 3XX XXX XXXX", "+39 06 XXXX XXXX", "06 XXXX XXXX", "+31 6 XXXXXXXX", "06-XXXXXXXX",
    "+31 20 XXX XXXX", "+32 4XX XX XX XX", "0475 XX XX XX", "+41 79 XXX XX XX", "079 XXX XX XX", "+43 664 XXXXXXX", "0664 XXXXXXX",
    "+46 70-XXX XX XX", "070-XXX XX XX", "+47 4XX XX XXX", "+45 XX XX XX XX", "+358 40 XXXXXXX", "040 XXXXXXX", "+48 5XX XXX XXX",
    "+420 6XX XXX XXX", "+36 30 XXX XXXX", "+351 9XX XXX XXX", "+353 85 XXX XXXX", "085 XXX XXXX", "+7 9XX XXX-XX-XX",
    "8 (9XX) XXX-XX-XX", "+90 532 XXX XX XX", "0532 XXX XX XX", "+972 50-XXX-XXXX", "050-XXX-XXXX", "+91 9XXXX XXXXX",
    "+919XXXXXXXXX", "+86 138 XXXX XXXX", "138-XXXX-XXXX", "+81 90-XXXX-XXXX", "090-XXXX-XXXX", "03-XXXX-XXXX", "+82 10-XXXX-XXXX",
    "010-ZXXX-XXXX", "+61 4XX XXX XXX", "04XX XXX XXX", "(02) 9XXX XXXX", "+64 21 XXX XXXX", "021 XXX XXXX", "+65 9XXX XXXX",
    "+852 9XXX XXXX", "+55 11 9XXXX-XXXX", "(11) 9XXXX-XXXX", "+52 55 XXXX XXXX", "+54 9 11 XXXX-XXXX", "+57 3XX XXX XXXX",
    "+27 82 XXX XXXX", "082 XXX XXXX", "+234 803 XXX XXXX", "0803 XXX XXXX", "+20 10 XXXX XXXX", "+971 50 XXX XXXX",
    "+966 5X XXX XXXX", "+62 812-XXXX-XXXX", "0812-XXXX-XXXX", "+63 917 XXX XXXX", "+66 8X XXX XXXX", "+84 9X XXX XX XX",
    "+380 50 XXX XX XX", "+40 7XX XXX XXX", "+30 69X XXX XXXX", "+385 91 XXX XXXX", "+49\u00a0151\u00a0ZXXXXXXX", "+49–151–ZXXXXXXX",
)  # fmt: skip
# Without a prefix, only a name or words beside them say what they are.
_BARE_PHONES = (
    "NXXNXXXXXX", "6XX XXX XXX", "9XX XXX XXX", "XX XX XX XX", "4XX XX XXX", "5XX XXX XXX", "9XXXX XXXXX", "9XXX XXXX",
    "55 XXXX XXXX", "3XX XXX XXXX", "491ZXXXXXXXXX", "447XXXXXXXXX", "0151ZXXXXXXX", "07XXXXXXXXX", "06XXXXXXXX", "1NXXNXXXXXX",
    "NXX NXXXXXX", "00491ZXXXXXXXXX", "138XXXXXXXX",
)  # fmt: skip


def _phone(r: random.Random) -> tuple[str, tuple[str, ...], bool]:
    names = (
        "phone",
        "phone_number",
        "mobile",
        "contactPhone",
        "tel",
        "msisdn",
        "$phone",
        "cellPhone",
        "whatsapp_number",
    )
    is_plain = r.random() < 0.7
    text = _digits(r, r.choice(_PHONES if is_plain else _BARE_PHONES))
    return text, names, is_plain


def _card(r: random.Random) -> tuple[str, tuple[str, ...], bool]:
    start, size = r.choice(
        (("4", 16), ("4", 13), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("6011", 16),
         ("65", 16), ("36", 14), ("3530", 16), ("62", 16), ("6304", 16), ("5018", 16))
    )  # fmt: skip
    body = start + "".join(r.choice(string.digits) for _ in range(size - 1 - len(start)))
    digits = next(body + last for last in string.digits if _luhn(body + last))
    gap = r.choice(("", "", " ", "-"))
    groups = [4, 6, 5] if size == 15 else [4, 6, 4] if size == 14 else [4, 4, 4, 4, 3]
    parts, at = [], 0
    for length in groups:
        parts.append(digits[at : at + length])
        at += length
    return (
        gap.join(part for part in parts if part),
        ("card", "card_number", "pan", "cc", "creditCard", "payment"),
        True,
    )


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


_IBANS = {
    "DE": "n18", "FR": "n10a11n2", "GB": "a4n14", "ES": "n20", "IT": "a1n10c12", "NL": "a4n10", "BE": "n12", "AT": "n16", "CH": "n5c12",
    "PL": "n24", "SE": "n20", "NO": "n11", "DK": "n14", "FI": "n14", "PT": "n21", "IE": "a4n14", "CZ": "n20", "HU": "n24", "GR": "n7c16",
    "TR": "n5n1c16", "SA": "n2c18", "AE": "n3n16", "MT": "a4n5c18", "LU": "n3c13", "RO": "a4c16", "BG": "a4n6c8", "HR": "n17", "IL": "n19",
}  # fmt: skip


def _iban(r: random.Random) -> tuple[str, tuple[str, ...], bool]:
    country = r.choice(tuple(_IBANS))
    body, plan = "", _IBANS[country]
    while plan:
        kind, count = plan[0], ""
        plan = plan[1:]
        while plan and plan[0].isdigit():
            count, plan = count + plan[0], plan[1:]
        letters = {
            "n": string.digits,
            "a": string.ascii_uppercase,
            "c": string.digits + string.ascii_uppercase,
        }[kind]
        body += "".join(r.choice(letters) for _ in range(int(count)))
    number = int("".join(str(int(char, 36)) for char in body + country + "00"))
    text = f"{country}{98 - number % 97:02d}{body}"
    form = r.random()
    if form < 0.5:
        text = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    elif form < 0.6:
        text = text.lower()
    return text, ("iban", "account", "bank_account", "konto"), True


def _ip(r: random.Random) -> tuple[str, tuple[str, ...], bool]:
    names = ("ip", "$ip", "ip_address", "client_ip", "remoteAddr")
    if r.random() < 0.6:
        first = r.choice([one for one in range(1, 224) if one != 127])
        return f"{first}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}", names, True
    groups = [f"{r.randrange(0x2000, 0x3FFF):x}", *(f"{r.randrange(65536):x}" for _ in range(7))]
    text = ":".join(groups)
    form = r.random()
    if form < 0.3:
        text = ":".join(groups[:3]) + "::" + ":".join(groups[6:])
    elif form < 0.4:
        text = "fe80::" + ":".join(groups[4:])
    elif form < 0.5:
        text = text.upper()
    return text, names, True


def _token(r: random.Random) -> tuple[str, tuple[str, ...], bool]:
    mixed = string.ascii_letters + string.digits

    def run(length: int, letters: str = mixed) -> str:
        return "".join(r.choice(letters) for _ in range(length))

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    names = ("token", "access_token", "api_key", "authToken", "session_token", "secret", "refreshToken")
    made: tuple[Callable[[], str], ...] = (
        lambda: ".".join(
            (part({"alg": "HS256", "typ": "JWT"}), part({"sub": run(8), "iat": r.randrange(10**9)}), run(43))
        ),
        lambda: "sk_live_" + run(24),
        lambda: "ghp_" + run(36),
        lambda: "AKIA" + run(16, string.ascii_uppercase + "234567"),
        lambda: "AIza" + run(35),
        lambda: "xoxb-" + run(11, string.digits) + "-" + run(12, string.digits) + "-" + run(24),
        lambda: "glpat-" + run(20),
        lambda: "SG." + run(22) + "." + run(43),
        lambda: run(40),
        lambda: run(64),
        lambda: base64.b64encode(r.randbytes(32)).decode(),
        lambda: base64.urlsafe_b64encode(r.randbytes(48)).decode(),
    )
    if r.random() < 0.85:
        return r.choice(made)(), names, True
    return (
        r.choice((run(24), run(32, "0123456789abcdef"), run(40, "0123456789abcdef"), run(20))),
        names,
        False,
    )


POSITIVE = {"email": _email, "phone": _phone, "card": _card, "iban": _iban, "ip": _ip, "token": _token}


def _moment(r: random.Random) -> dt.datetime:
    return dt.datetime(2015, 1, 1) + dt.timedelta(
        seconds=r.randrange(10 * 365 * 86400), microseconds=r.randrange(10**6)
    )


def _version(r: random.Random) -> str:
    return ".".join(str(r.randrange(200)) for _ in range(r.choice((2, 3, 3, 4))))


_HARMLESS: tuple[tuple[tuple[str, ...], Callable[[random.Random], object]], ...] = (
    (("app_version", "os_version", "$browser_version", "sdk_version", "build"), _version),
    (NEUTRAL, lambda r: r.choice(("v{}", "version {}", "upgraded to {}", "build {}", "release {}")).format(_version(r))),
    (NEUTRAL, lambda r: f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{_version(r)} Safari/537.36"),
    (("order_id", "orderNumber", "order_no", "reference"), lambda r: _digits(r, r.choice(
        ("XXX-XXXXXXX-XXXXXXX", "XXXXXXXXXX", "ZXXXXXXXXX", "XXXX-XXXX-XXXX", "A-XXXXXXXX", "XXXXXXXXXXXXXXXX")))),
    (NEUTRAL, lambda r: _digits(r, r.choice(("order ZXXXXXXXXX shipped", "Order #XXXXXX", "invoice INV-2024-XXXXXX",
                                             "order number XXX-XXXXXXX-XXXXXXX", "ticket ZXXXXXXX closed", "ref XXXXXXXX")))),
    (("user_id", "amplitude_id", "account_id", "heap_id", "customerId"), lambda r: r.randrange(10**9, 10**12)),
    (("user_id", "device_id", "id", "customer_id"), lambda r: _digits(r, "ZXXXXXXXXX")),
    (("event_id", "$session_id", "row_id"), lambda r: r.randrange(10**12, 10**13)),
    (("time", "timestamp", "created_at", "$time"), lambda r: int(_moment(r).timestamp() * r.choice((1, 1000, 10**6)))),
    (("date", "created", "started_at", *NEUTRAL), lambda r: _moment(r).strftime(r.choice(
        ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%m/%d/%Y", "%d/%m/%y", "%H:%M:%S",
         "%Y%m%d", "%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%S+02:00", "%d-%m-%Y")))),
    ((*NEUTRAL, "uuid", "device_id", "$insert_id"), lambda r: str(uuid.UUID(int=r.getrandbits(128), version=4))),
    (("uuid", "idfa", "value"), lambda r: str(uuid.UUID(int=r.getrandbits(128), version=4)).upper()),
    ((*NEUTRAL, "hash", "id", "checksum"), lambda r: f"{r.getrandbits(128):032x}"),
    ((*NEUTRAL, "commit", "etag"), lambda r: f"{r.getrandbits(160):040x}"),
    (("price", "amount", "revenue", "total", *NEUTRAL), lambda r: r.choice(("{:.2f}", "{:,.2f} EUR", "${:,.2f}", "{:,.0f}")).format(
        r.random() * 10 ** r.randrange(2, 10))),
    (("price", "latitude", "longitude", "lat", "score"), lambda r: round(r.uniform(-180, 180), r.randrange(2, 12))),
    (("location", "coordinates", *NEUTRAL), lambda r: f"{r.uniform(-90, 90):.6f}, {r.uniform(-180, 180):.6f}"),
    (("color", "background", *NEUTRAL), lambda r: f"#{r.getrandbits(24):06x}"),
    (("resolution", "screen", *NEUTRAL), lambda r: f"{r.randrange(300, 4000)}x{r.randrange(300, 4000)}"),
    (NEUTRAL, lambda r: r.choice(("icon@2x.png", "logo@3x.jpg", "lodash@4.17.21", "@angular/core@17.0.2", "react@18.2.0",
                                  "git@github.com:org/repo.git", "@anna_b", "follow @brand", "5 @ 3.99", "user@localhost"))),
    (NEUTRAL, lambda r: ":".join(f"{r.randrange(256):02x}" for _ in range(6))),
    (NEUTRAL, lambda r: r.choice(("std::vector::iterator", "a::b", "ratio 16:9", "10:20:30", "Foo::Bar::Baz", "key:value:other"))),
    (("build", "build_string", *NEUTRAL), lambda r: f"build-{r.randrange(10**4)}-{r.getrandbits(28):07x}-{r.choice(WORDS)}"),
    (("ean", "isbn", "gtin", "sku", "upc"), lambda r: _digits(r, r.choice(("978XXXXXXXXXX", "XXXXXXXXXXXXX", "XXX-X-XX-XXXXXX-X", "SKU-XXXXXXXX")))),
    (("tracking", "tracking_number"), lambda r: _digits(r, r.choice(("1Z999AA1XXXXXXXXXX", "XXXX XXXX XXXX", "XXXXXXXXXXXXXXXXXXXX")))),
    (("count", "duration", "bytes", "quantity", "views"), lambda r: r.randrange(10 ** r.randrange(1, 11))),
    (NEUTRAL, lambda r: " ".join(r.choice(WORDS) for _ in range(r.randrange(1, 12)))),
    (NEUTRAL, lambda r: f"{r.choice(WORDS)} {r.randrange(10**6):,} {r.choice(WORDS)} {r.randrange(100)}%"),
    (("url", "page", "$current_url"), lambda r: f"https://www.example.com/{r.choice(WORDS)}/{r.randrange(10**9)}?page={r.randrange(99)}"
     f"&id={r.getrandbits(64):x}"),
    (("url", "image"), lambda r: f"https://cdn.example.com/assets/{r.choice(WORDS)}.{r.getrandbits(128):032x}.js?v={_version(r)}"),
    (("slug", "path", *NEUTRAL), lambda r: "-".join(r.choice(WORDS) for _ in range(6)) + f"-{r.randrange(2000, 2030)}"),
    (NEUTRAL, lambda r: r.choice(("getUserAccountSettingsFromServer2", "MainActivityViewController", "checkout_step_3_completed",
                                  "com.example.app.MainActivity$Inner1", "VERY_LONG_CONSTANT_NAME_WITH_UNDERSCORES_12"))),
    (("session_id", "distinct_id", "device_id"), lambda r: "".join(r.choice(string.ascii_letters + string.digits) for _ in range(22))),
    (("zip", "postcode", *NEUTRAL), lambda r: _digits(r, r.choice(("XXXXX", "XXXXX-XXXX", "XXXX AB", "SW1A 1AA")))),
    (NEUTRAL, lambda r: _digits(r, r.choice(("DE12 3456", "FR-2024-XXXX", "NL XX XX XX", "AT2024XXXX", "GB123", "ES6121ABCD")))),
    (NEUTRAL, lambda r: r.choice(("0.0.0.0", "127.0.0.1", "::1", "::", "1.2.3", "999.1.1.1", "256.10.1.1", "1.2.3.4.5"))),
    (("imei", "serial", "serial_number"), lambda r: _digits(r, r.choice(("35XXXXXXXXXXXXX", "C02XXXXXXXXX", "XXXX-XXXX")))),
    (NEUTRAL, lambda r: f"{r.randrange(10**6)} of {r.randrange(10**6)} done, {r.randrange(100)} left at {_moment(r):%H:%M}"),
    (("ip_count", "phone_model", "email_verified", "token_count", "card_type", "token_type"), lambda r: r.choice(
        (3, True, "Pixel 8", "visa", "iPhone14,2", "SM-G991B", "Bearer", 1200))),
)  # fmt: skip


def _harmless(r: random.Random) -> Item:
    names, make = r.choice(_HARMLESS)
    name, value = r.choice(names), make(r)
    if r.random() < 0.12:
        return Item("context", json.dumps({"inner": {name: value}, "n": [1, 2]}), None, "json")
    return Item(name, value, None, "alone")
