"""What the name of a property says about its values."""

import functools
import itertools
import re
from dataclasses import dataclass

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
# Words of names, in the languages that exports were seen in.
_TELLING = {
    "phone": "phone telephone tel mobile cell cellphone msisdn fax whatsapp handy telefon telefono telefone telefoon gsm "
    "landline phonenumber mobilenumber phones caller callback",
    "token": "token tokens secret secrets apikey password passwd pwd credential credentials bearer jwt auth authorization "
    "authentication cookie cookies accesskey privatekey signature sid oauth passphrase",
    "card": "card cards pan creditcard cardnumber",
    "iban": "iban",
    "email": "email mail emails mails",
    "ip": "ip ips ipaddress ipv4 ipv6",
}
_PAIRS = {("api", "key"): "token", ("access", "key"): "token", ("private", "key"): "token", ("secret", "key"): "token",
          ("e", "mail"): "email", ("contact", "number"): "phone", ("session", "key"): "token",
          ("cc", "number"): "card", ("remote", "addr"): "ip", ("x", "forwarded"): "ip"}  # fmt: skip
_NUMBERS = frozenset(
    "id ids uid uuid guid order orders invoice sku ref reference no nr code codes version versions build release revision rev "
    "timestamp time times ts date day at price amount total subtotal revenue cost quantity qty count zip postal "
    "postcode plz lat lon lng long latitude longitude coordinate coordinates coords geo location tracking serial ean isbn "
    "gtin upc asin barcode batch lot ticket case transaction hash checksum md5 sha sha1 sha256 size duration bytes width "
    "height color colour product item article part model sample shipment parcel imei imsi idfa idfv gaid adid insert".split()
)
_VERSIONS = frozenset(
    "v version versions ver build release revision rev os browser sdk app firmware driver library lib agent engine kernel "
    "runtime client oid section chapter".split()
)
_HASHES = frozenset(
    "id ids uid uuid guid hash hashes checksum digest md5 sha sha1 sha256 etag fingerprint commit revision rev build version "
    "sku insert idfa idfv gaid adid slug path file filename image asset url href class classes selector".split()
)


@dataclass(frozen=True)
class Hints:
    """`kinds` that the name announces; `others`: kinds that it speaks against."""

    kinds: frozenset[str]
    others: frozenset[str]


@functools.lru_cache(maxsize=20_000)
def hints(name: str) -> Hints:
    """What the name says; `phone_number` announces a phone number, `order_id` speaks against one."""
    words = [word.lower() for word in _WORDS.findall(name)]
    found = {kind for kind, telling in _TELLING.items() if any(word in telling.split() for word in words)}
    found |= {_PAIRS[pair] for pair in itertools.pairwise(words) if pair in _PAIRS}
    said = set(words)
    others = set()
    if said & _NUMBERS:
        others |= {"phone", "card"}
    if said & _VERSIONS:
        others.add("ip")
    if said & _HASHES:
        others.add("token")
    # `phone_id`, `card_id`, `mobile_os`: the last word says what it is.
    if words and words[-1] in _NUMBERS | _VERSIONS and words[-1] not in ("no", "nr"):
        found -= {"phone", "card", "ip"}
    if words and words[-1] in _HASHES - {"hash"} | {"type", "count", "name", "expires", "expiry", "at"}:
        found.discard("token")
    return Hints(frozenset(found), frozenset(others - found))
