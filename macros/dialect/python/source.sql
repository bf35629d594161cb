{# A copy of scripts/crosswalk/json_functions.py, which a test holds to it. #}
{% macro python__source() %}{% raw %}
"""What SQL alone cannot do with JSON and times on Snowflake, Redshift and BigQuery, with nothing but the standard library of
Python 3.11.

Snowflake runs this text as the handler of its functions (Snowflake Documentation, Introduction to Python UDFs), BigQuery too
(BigQuery documentation, User-defined functions in Python), Redshift as an AWS Lambda function (Amazon Redshift Database
Developer Guide, Scalar Lambda UDFs). macros/dialect/python/source.sql holds a copy for dbt.

Every function takes texts or None, and gives None where its first argument is None. An object is JSON without white space, as
`json_minify` writes it. A list of text is a JSON array. A value that was picked stands between U+0001, see `picked`.
"""

import datetime
import hashlib
import json
import re
from typing import Any

VERSION = "2"
# How many levels of objects and lists a line may have: what is deeper finds no room on Python's stack.
LEVELS = 100
ESCAPES = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
TO_ESCAPE = re.compile('[\x00-\x1f"\\\\\ud800-\udfff]')
BLANKS = "".join(
    map(chr, [*range(9, 14), 32, 133, 160, 5760, *range(8192, 8204), 8232, 8233, 8239, 8287, 12288, 65279])
)
SURROGATES = re.compile("[\ud800-\udfff]")
NUMBER_OF_CSV = re.compile(r"(0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]*)[.][0-9]*[1-9])\Z")
DATE = r"\s*([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
CLOCK = r"(?:T\s*|\s+)([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]*))?)?"
ZONED = re.compile(DATE + CLOCK + r"\s*([-+])([0-9]{2}):?([0-9]{2})?\s*\Z", re.ASCII)
WITH_OFFSET = re.compile(r"[0-9]\s*[-+][0-9]{2}(:?[0-9]{2})?\s*\Z", re.ASCII)
PLAIN = re.compile(DATE + r"(?:" + CLOCK + r"(?:\s+[A-Za-z].*)?)?\s*(?:UTC|GMT|Z|z)?\s*\Z", re.ASCII)


class Number(str):
    """A JSON number as it is written."""


class Raw(Number):
    """A number that is not to be written anew."""


class Object(list[Any]):
    """The [key, value] pairs of a JSON object, in their order."""


def refuse(name: Any) -> Any:
    """NaN and Infinity are no JSON."""
    raise ValueError(name)


DECODER = json.JSONDecoder(
    object_pairs_hook=Object, parse_float=Number, parse_int=Number, parse_constant=refuse
)


class NotJson(Exception):
    """A text that is no JSON: an engine may work a function out before the condition that keeps such texts from it."""


def read(text: Any) -> Any:
    """The value of a JSON text: Object, list, str, Number, bool or None. Raises NotJson."""
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error


def write_string(text: Any) -> Any:
    """A JSON string with the fewest escapes."""
    return '"' + TO_ESCAPE.sub(lambda found: ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}", text) + '"'


def write_number(text: Any) -> Any:
    """A number the one way that JavaScript has: 1.10 is 1.1, 1e3 is 1000.0, 1E21 is 1e21. Whole numbers stay, however long."""
    if "." not in text and "e" not in text and "E" not in text:
        return "0" if text == "-0" else str(text)
    number = float(text)
    sign = "-" if text.startswith("-") else ""
    if number in (float("inf"), float("-inf")):
        return str(text)
    if number == 0:
        return sign + "0.0"
    mantissa, _, ten = repr(abs(number)).partition("e")
    whole, _, part = mantissa.partition(".")
    written = whole + part
    digits = written.lstrip("0")
    place = len(whole) + int(ten or 0) - (len(written) - len(digits))
    digits = digits.rstrip("0")
    if 1 <= place <= 21:
        return sign + digits[:place].ljust(place, "0") + "." + (digits[place:] or "0")
    if -5 <= place <= 0:
        return sign + "0." + "0" * -place + digits
    return sign + digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + "e" + str(place - 1)


def write(value: Any) -> Any:
    """A value as JSON text without white space."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Number):
        return write_number(value)
    if isinstance(value, str):
        return write_string(value)
    if isinstance(value, Object):
        return "{" + ",".join(write_string(key) + ":" + write(each) for key, each in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    return "null" if value is None else "true" if value else "false"


def entries(object_: Any) -> Any:
    """The pairs of an object text; none where the text is another value."""
    value = read(object_)
    return value if isinstance(value, Object) else Object()


def texts(array: Any) -> Any:
    """The list of a JSON array of texts."""
    return json.loads(array)


def scalar(value: Any) -> Any:
    """The text of a value: strings unquoted, JSON null as None."""
    if value is None or (isinstance(value, str) and not isinstance(value, Number)):
        return value
    return write(value)


def trimmed(text: Any) -> Any:
    """A text without white space of any kind around it."""
    return text.strip(BLANKS)


def inside(value: Any) -> Any:
    """The values directly within a value."""
    if isinstance(value, Object):
        return [each for _, each in value]
    return value if isinstance(value, list) else []


def below(value: Any) -> Any:
    """All values below one, at any depth."""
    left = [value]
    while left:
        found = inside(left.pop())
        yield from found
        left.extend(found)


def is_deeper(value: Any, levels: Any) -> Any:
    """Whether objects and lists are nested deeper than so many levels."""
    found = [value]
    for _ in range(levels):
        found = [each for outer in found for each in inside(outer)]
    return any(isinstance(each, list) for each in found)


# ---------- keys and values


def json_value(object_: Any, key: Any) -> Any:
    """The value of one key, as JSON."""
    found = [value for name, value in entries(object_) if name == key]
    return write(found[-1]) if found else None


def json_text(object_: Any, key: Any) -> Any:
    """The text of one key's value."""
    found = [value for name, value in entries(object_) if name == key]
    return scalar(found[-1]) if found else None


def json_scalar_text(value: Any) -> Any:
    """The text of a JSON value."""
    return scalar(read(value))


def picked(values: Any) -> Any:
    """Values for `split_part` at U+0001: each behind an `=`, None as nothing. U+0001 and U+0002 in them are escaped."""
    marked = (
        "" if each is None else "=" + each.replace("\x02", "\x02b").replace("\x01", "\x02a")
        for each in values
    )
    return "\x01".join(marked)


def json_pick(object_: Any, keys: Any) -> Any:
    """The values of several keys, as JSON, see `picked`."""
    found = dict(entries(object_))
    return picked([write(found[key]) if key in found else None for key in texts(keys)])


def json_pick_text(object_: Any, keys: Any) -> Any:
    """The texts of several keys' values, see `picked`."""
    found = dict(entries(object_))
    return picked([scalar(found.get(key)) for key in texts(keys)])


def json_object_or_null(value: Any) -> Any:
    """The value where it is an object."""
    found = read(value)
    return write(found) if isinstance(found, Object) else None


def json_keys(object_: Any) -> Any:
    """The keys of an object."""
    return write([key for key, _ in entries(object_)])


def json_unknown_keys(object_: Any, known: Any) -> Any:
    """The keys that are not among some."""
    names = set(texts(known))
    return write([key for key, _ in entries(object_) if key not in names])


def json_has_any_key(object_: Any, keys: Any) -> Any:
    """Whether an object has one of some keys."""
    names = set(texts(keys))
    return any(key in names for key, _ in entries(object_))


def json_shares_keys(one: Any, other: Any) -> Any:
    """Whether two objects have a key in common."""
    return other and not {key for key, _ in entries(one)}.isdisjoint(key for key, _ in entries(other))


def json_covers_keys(one: Any, other: Any) -> Any:
    """Whether the first object has all keys of the other one."""
    return other and {key for key, _ in entries(one)}.issuperset(key for key, _ in entries(other))


def json_has_path(text: Any, path: Any) -> Any:
    """Whether `$.key.*.*` leads to a value."""
    key, *wildcards = path[2:].split(".")
    found = [value for name, value in entries(text) if name == key][-1:]
    for _ in wildcards:
        found = [each for value in found if isinstance(value, Object) for each in inside(value)]
    return bool(found)


# ---------- objects made of objects


def json_keep_keys(object_: Any, keys: Any) -> Any:
    """The object with only some keys."""
    names = set(texts(keys))
    return write(Object(pair for pair in entries(object_) if pair[0] in names))


def json_drop_keys(object_: Any, keys: Any) -> Any:
    """The object without some keys."""
    names = set(texts(keys))
    return write(Object(pair for pair in entries(object_) if pair[0] not in names))


def json_drop_nulls(object_: Any) -> Any:
    """The object without keys whose value is null."""
    return write(Object(pair for pair in entries(object_) if pair[1] is not None))


def json_drop_values(object_: Any, keys: Any, values: Any) -> Any:
    """The object without those of some keys that have one of some texts."""
    names, gone = set(texts(keys)), set(texts(values))
    return write(
        Object(pair for pair in entries(object_) if not (pair[0] in names and scalar(pair[1]) in gone))
    )


def json_prefix_keys(object_: Any, prefix: Any) -> Any:
    """The object with a prefix before every key."""
    return None if prefix is None else write(Object((prefix + key, value) for key, value in entries(object_)))


def json_sorted_keys(object_: Any) -> Any:
    """The object with its keys in order, by the bytes of what is written."""
    pieces = (write_string(key) + ":" + write(value) for key, value in entries(object_))
    return "{" + ",".join(sorted(pieces, key=lambda piece: piece.encode())) + "}"


def json_first_of_lists(object_: Any) -> Any:
    """The object of lists with the first element of each."""
    return write(Object((key, value[0]) for key, value in entries(object_) if value))


def json_from_texts(object_: Any) -> Any:
    """The object of a CSV row with numbers and booleans where a text is exactly one."""

    def typed(value: Any) -> Any:
        if value in ("true", "false"):
            return value == "true"
        if isinstance(value, str) and NUMBER_OF_CSV.match(value) and len(re.sub("[-.]", "", value)) < 16:
            return Raw(value)
        return value

    return write(Object((key, typed(value)) for key, value in entries(object_)))


def json_text_lists(object_: Any) -> Any:
    """The object with each value as a list of texts, trimmed and each once, without what is blank."""
    made = Object()
    for key, value in entries(object_):
        plain = value if isinstance(value, list) and not isinstance(value, Object) else [value]
        found = [trimmed(text) for text in map(scalar, plain) if text is not None]
        found = list(dict.fromkeys(text for text in found if text))
        if found and trimmed(key):
            made.append((key, found))
    return write(made)


def json_null_object(array: Any) -> Any:
    """An object with the texts of an array as keys, in order, and null as values."""
    value = read(array)
    if isinstance(value, Object) or not isinstance(value, list):
        return "{}"
    names = {text for text in map(scalar, value) if text is not None}
    return write(Object((name, None) for name in sorted(names, key=lambda name: name.encode())))


def free_prefix(names: Any, taken: Any, prefix: Any) -> Any:
    """How often a prefix has to stand before all names so that none is taken."""
    return next(
        (
            prefix * times
            for times in range(1, 9)
            if all(prefix * times + name not in taken for name in names)
        ),
        None,
    )


def json_make_room(theirs: Any, ours: Any, reserved: Any, prefix: Any) -> Any:
    """The object `theirs` fit to stand beside `ours`, see macros/dialect/json_make_room.sql."""
    if ours is None or prefix is None:
        return None
    mine, others = dict(entries(ours)), entries(theirs)
    taken = set(mine) | set(texts(reserved))
    left = [(key, value) for key, value in others if not (key in mine and write(mine[key]) == write(value))]
    moved = [key for key, _ in left if key in taken]
    every = taken | {key for key, _ in others}
    row_prefix = free_prefix(moved, every, prefix)

    def name(key: Any) -> Any:
        if key not in moved:
            return key
        if any(other != key and (other.endswith(key) or key.endswith(other)) for other in moved):
            return row_prefix + key
        return free_prefix([key], every, prefix) + key

    return write(Object((name(key), value) for key, value in left))


# ---------- lines


def json_nul_escape(line: Any) -> Any:
    """Whether a line holds an escaped NUL."""
    return "\\u0000" in line.replace("\\\\", "\\u005c")


def json_lone_surrogate(line: Any) -> Any:
    """Whether a line holds half of a surrogate pair, escaped."""
    if "\\ud" not in line and "\\uD" not in line:
        return False
    bare = re.sub(
        r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}", "", line.replace("\\\\", "\\u005c")
    )
    return re.search(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", bare) is not None


def json_repair_escapes(line: Any) -> Any:
    """A line with escaped NULs and half pairs replaced by U+FFFD."""
    text = line.replace("\\\\", "\\u005c").replace("\\u0000", "\\ufffd")
    text = re.sub(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})", r"\\v\1\\v\2", text)
    return re.sub(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", r"\\ufffd", text).replace("\\v", "\\u")


def json_is_strict_object(line: Any) -> Any:
    """Whether a text is one JSON object whose numbers fit a double, with at most so many levels as `LEVELS` says."""
    if line is None or not line.lstrip(" \t\r").startswith("{"):
        return False
    try:
        value = read(line)
    except NotJson:
        return False
    numbers = (each for each in below(value) if isinstance(each, Number))
    fits = not is_deeper(value, LEVELS) and all(abs(float(number)) != float("inf") for number in numbers)
    return fits and not json_lone_surrogate(line)


def json_minify(text: Any) -> Any:
    """The same JSON without white space, each text and number written the one way."""
    return write(read(text))


def json_has_duplicate_keys(text: Any) -> Any:
    """Whether an object at any depth holds a key twice."""
    value = read(text)
    objects = [each for each in [value, *below(value)] if isinstance(each, Object)]
    return any(len({key for key, _ in each}) < len(each) for each in objects)


def last_keys(value: Any) -> Any:
    """A value in which of doubled keys the last one counts."""
    if isinstance(value, Object):
        last = {key: place for place, (key, _) in enumerate(value)}
        return Object((key, last_keys(each)) for place, (key, each) in enumerate(value) if last[key] == place)
    return [last_keys(each) for each in value] if isinstance(value, list) else value


def json_last_key_wins(text: Any) -> Any:
    """The text in which of doubled keys the last one counts, at every depth."""
    return write(last_keys(read(text)))


def shape(value: Any) -> Any:
    """The keys of a value and the brackets around them."""
    if isinstance(value, Object):
        return (
            "{" + ",".join(write_string(key) + ":" + shape(each) for key, each in value) + "}"
            if value
            else ""
        )
    if isinstance(value, list):
        return "[" + "".join(map(shape, value)) + "]" if value else ""
    return ""


def json_key_shape(text: Any) -> Any:
    """All key lists of a text, for a fingerprint. Empty objects and lists count as values."""
    return shape(read(text))


def json_deeper_than(text: Any, levels: Any) -> Any:
    """Whether objects are nested deeper than so many levels; arrays do not count."""

    def depth(value: Any) -> Any:
        return max(map(depth, inside(value)), default=0) + isinstance(value, Object)

    return depth(read(text)) > int(levels)


# ---------- private properties


class Private:
    """The rules of `json_private`, the key of the hash, and in `marks` what was done: d denied, h hashed, p gone whole."""

    def __init__(self, rules: Any, secret: Any) -> None:
        self.denied, self.hashed, self.spared, self.texts = (
            set(rules[kind]) for kind in ("denied", "hashed", "spared", "texts")
        )
        self.names, self.deeper, self.secret = self.denied | self.hashed, rules["deeper"], secret
        # a run of backslashes is looked at once, from its beginning
        self.pattern = re.compile(r"(?<!\\)" + rules["pattern"], re.ASCII)
        self.marks: set[str] = set()

    def is_named_in(self, value: Any) -> Any:
        """Whether an object, or one below it, has one of the names as a key."""
        objects = (each for each in (value, *below(value)) if isinstance(each, Object))
        return any(key in self.names for each in objects for key, _ in each)

    def opened(self, value: Any) -> Any:
        """A value in which objects that are written as text are opened where they hold something private; one that nobody can
        open goes whole."""
        if not isinstance(value, list):
            return value
        if not isinstance(value, Object):
            return [self.opened(each) for each in value]
        made = Object()
        for key, each in value:
            if key not in self.texts or not self.is_private_text(each):
                made.append((key, self.opened(each)))
            elif is_readable(each):
                made.append((key, read(each)))
            else:
                self.marks.add("p")
        return made

    def is_private_text(self, value: Any) -> Any:
        """Whether a value is a text that begins like an object and has one of the names as a key, also in texts within it."""
        is_text = isinstance(value, str) and not isinstance(value, Number)
        return (
            is_text and value.lstrip(" \t\r\n").startswith("{") and self.pattern.search(write_string(value))
        )

    def public(self, value: Any, depth: Any, free: Any, is_top: Any, is_hashed: Any) -> Any:
        """A value less what is private. `depth` is that of the keys of an object here, unless it is one of the `free` levels that
        do not count. Within a value that will be hashed only what is too deep goes."""
        if not isinstance(value, list):
            return value
        if not isinstance(value, Object):
            return [self.public(each, depth, free, False, is_hashed) for each in value]
        depth -= free > 0
        made = Object()
        for key, each in value:
            fate = self.fate(key, each, depth, is_top, is_hashed)
            if fate and not is_hashed:
                self.marks.add(fate)
            if fate in ("", "h"):
                more = max(free - 1, 0) + self.deeper.get(key, 0)
                left = self.public(each, depth + 1, more, False, is_hashed or fate == "h")
                made.append((key, self.hash(left) if fate else left))
        return made

    def fate(self, key: Any, value: Any, depth: Any, is_top: Any, is_hashed: Any) -> Any:
        """What becomes of a key: one of the marks, or nothing."""
        if depth >= 3 and self.is_named_in(value):
            return "p"
        if is_hashed or (is_top and key in self.spared):
            return ""
        return "h" if key in self.hashed else "d" if key in self.denied else ""

    def hash(self, value: Any) -> Any:
        """sha256(key || sha256(key || value)) of a value; of a list each element. Nothing and the empty text stay."""
        if isinstance(value, list) and not isinstance(value, Object):
            return [self.hash_one(each) for each in value]
        return self.hash_one(value)

    def hash_one(self, value: Any) -> Any:
        """The same of a value that is no list, or of a list within one."""
        return value if value is None or value == "" else self.digest(self.digest(scalar(value)))

    def digest(self, text: Any) -> Any:
        """sha256(key || text), in hexadecimal digits."""
        return hashlib.sha256((self.secret + text).encode("utf-8", "surrogatepass")).hexdigest()


def is_readable(text: Any) -> Any:
    """Whether a text is an object that `read_object_text` of macros/project/property_object.sql reads."""
    return json_is_strict_object(text) and not (json_has_duplicate_keys(text) or json_nul_escape(text))


def json_private(text: Any, rules: Any, secret: Any, longest: Any = None) -> Any:
    """A text less what is private, behind three characters that say what was done (`dhp`, `-` for what was not); None where
    nothing was, and the text stays as it is written. See macros/dialect/json_private.sql. Raises ValueError without a key.

    Nothing stands behind the three where hashes made it longer than `longest` bytes.
    """
    if secret is None:
        raise ValueError("there is no key of the hash: type `crosswalk keys set`")
    private = Private(json.loads(rules), secret)
    try:
        found = private.public(private.opened(read(text)), 0, 0, True, False)
        written = write(found)
    except (NotJson, RecursionError):
        # nobody can take it apart, so nothing of it stays
        return "--p{}"
    if not private.marks:
        return None
    size, before = (len(each.encode("utf-8", "surrogatepass")) for each in (written, text))
    has_room = longest is None or size <= max(int(longest), before)
    marks = "".join(mark if mark in private.marks else "-" for mark in "dhp")
    return marks + (written if has_room else "")


# ---------- measures


def json_longest_array(text: Any) -> Any:
    """The elements of the longest array below the top."""
    return max(
        (len(each) for each in below(read(text)) if isinstance(each, list) and not isinstance(each, Object)),
        default=0,
    )


def json_widest_object(text: Any) -> Any:
    """The keys of the widest object below the top."""
    return max((len(each) for each in below(read(text)) if isinstance(each, Object)), default=0)


def json_longest_key(object_: Any) -> Any:
    """The characters of the longest key."""
    return max((len(key) for key, _ in entries(object_)), default=0)


def json_longest_string(object_: Any) -> Any:
    """The bytes of the longest text among an object's values, as it is written."""
    own = [value for _, value in entries(object_) if isinstance(value, str) and not isinstance(value, Number)]
    return max((len(write(value).encode()) - 2 for value in own), default=0)


def json_largest_value(object_: Any) -> Any:
    """The bytes of the largest list or object among an object's values."""
    return max(
        (len(write(value).encode()) for _, value in entries(object_) if isinstance(value, list)), default=0
    )


def json_size(array: Any) -> Any:
    """The number of elements of an array, or keys of an object."""
    return len(inside(read(array)))


# ---------- times and numbers


def calendar_time(parts: Any) -> Any:
    """Microseconds since 1970 of year, month, day, hour, minute, second and fraction, or None."""
    year, month, day, hour, minute, second = (int(part or 0) for part in parts[:6])
    fraction = int((parts[6] or "")[:6].ljust(6, "0"))
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and minute + second + fraction > 0):
        return None
    try:
        days = datetime.date(year, month, day).toordinal() - 719163
    except ValueError:
        return None
    return ((days * 24 + hour) * 60 + minute) * 60000000 + second * 1000000 + fraction


def time_us(text: Any) -> Any:
    """The microseconds since 1970 of a time text, see macros/dialect/parse_time.sql, or None."""
    if re.match(r"[0-9]{12,13}\Z", text):
        return int(text) * 1000
    if re.match(r"[0-9]{15,16}\Z", text):
        return int(text)
    if len(text) > 16 and WITH_OFFSET.search(text):
        found = ZONED.match(text)
        moment = found and calendar_time(found.groups()[:7])
        if found is None or moment is None:
            return None
        shift = (int(found[9]) * 60 + int(found[10] or 0)) * 60000000
        return moment + (shift if found[8] == "-" else -shift)
    found = PLAIN.match(re.sub(r"^([0-9]{4}):([0-9]{2}):([0-9]{2})", r"\1-\2-\3", text))
    return calendar_time(found.groups()) if found else None


def safe_number(text: Any) -> Any:
    """The double of a text that is a finite number, or None."""
    number = float(text) if re.match(r"-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?\Z", text) else None
    return None if number in (float("inf"), float("-inf")) else number


def safe_integer(text: Any) -> Any:
    """The whole number of a text where it fits 64 bits, or None."""
    number = int(text) if re.match(r"-?[0-9]{1,19}\Z", text) else None
    return None if number is None or not -(2**63) <= number < 2**63 else number


def plain_integer(text: Any) -> Any:
    """The digits of a whole number that was written as a float, or None."""
    if re.match(r"[0-9]+[.]0+\Z", text):
        return text.partition(".")[0]
    if re.match(r"[0-9]([.][0-9]+)?[eE][+]?[0-9]{1,2}\Z", text):
        mantissa, _, ten = text.lower().partition("e")
        whole, _, part = mantissa.partition(".")
        power = int(ten) - len(part)
        digits = int(whole + part)
        number = digits * 10**power if power >= 0 else (digits + 10**-power // 2) // 10**-power
        return str(number) if number < 10**38 else None
    return None


def number_text(number: Any) -> Any:
    """A double as the shortest text, as C writes it: 37.7749, 1e+16, 1e-05."""
    return repr(float(number))


def uuid_v7(milliseconds: Any, seed: Any) -> Any:
    """A UUIDv7 by RFC 9562 of a time and the SHA-1 of a seed."""
    if seed is None:
        return None
    digest = hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[3], 16) & 3]
    made = f"{int(milliseconds):012x}7{digest[:3]}{variant}{digest[4:19]}"
    return "-".join([made[:8], made[8:12], made[12:16], made[16:20], made[20:]])


# ---------- regular expressions


def pattern(expression: Any) -> Any:
    """An expression of the part that all engines share: `$` is the end of the text, classes are of ASCII."""
    return re.compile(re.sub(r"(?<!\\)[$](?=\Z|[|)])", r"\\Z", expression), re.ASCII)


def matches(text: Any, expression: Any) -> Any:
    """Whether a text matches an expression anywhere."""
    return pattern(expression).search(text) is not None


def extracted(text: Any, expression: Any) -> Any:
    """The first group of a match, or None."""
    found = pattern(expression).search(text)
    return found and (found[1] or "")


def replaced(text: Any, expression: Any, replacement: Any) -> Any:
    """A text with the one place that matches written anew."""
    return pattern(expression).sub(replacement, text, count=1)


# ---------- what the warehouses call


def call(name: Any, one: Any, two: Any = None, three: Any = None, four: Any = None) -> Any:
    """What a function of this module gives; None where its first argument is None, no JSON or too deep.

    `json_is_strict_object` says so, and `json_private` leaves nothing of it.
    """
    function = FUNCTIONS[name]
    if one is None and name != "json_is_strict_object":
        return None
    try:
        return function(*[one, two, three, four][: function.__code__.co_argcount])
    except (NotJson, RecursionError):
        return None


def version(expected: Any) -> Any:
    """The version of this text: what macros/dialect/python/calls.sql asks for."""
    return VERSION


def rows(kind: Any, text: Any) -> Any:
    """The rows of an object (key, value) or of an array (None, element), by the kind: `keys`, `elements`, or `texts` of those."""
    try:
        value = None if text is None else read(text)
    except NotJson:
        return []
    if kind == "keys":
        return [(key, write(each)) for key, each in value] if isinstance(value, Object) else []
    if isinstance(value, Object) or not isinstance(value, list):
        return []
    return [(None, scalar(each) if kind == "texts" else write(each)) for each in value]


def row_list(kind: Any, text: Any) -> Any:
    """The same rows as a JSON array of objects, for engines without table functions; `list` has the rows within a value."""

    def listed(found: Any) -> Any:
        return [Object([("key", key), ("value", each), ("list", listed(inner(each)))]) for key, each in found]

    def inner(each: Any) -> Any:
        return (
            []
            if each is None or kind == "texts" or each[0] not in "[{"
            else rows("keys" if each[0] == "{" else "elements", each)
        )

    return write(listed(rows(kind, text)))


NAMES = (
    "json_value json_text json_scalar_text json_pick json_pick_text json_object_or_null json_keys"
    " json_unknown_keys json_has_any_key json_shares_keys json_covers_keys json_has_path"
    " json_keep_keys json_drop_keys json_drop_nulls json_drop_values json_prefix_keys"
    " json_sorted_keys json_first_of_lists json_from_texts json_text_lists json_null_object"
    " json_make_room json_nul_escape json_lone_surrogate json_repair_escapes json_is_strict_object"
    " json_minify json_has_duplicate_keys json_last_key_wins json_key_shape json_deeper_than json_private"
    " json_longest_array json_widest_object json_longest_key json_longest_string json_largest_value"
    " json_size write_string time_us safe_number safe_integer plain_integer number_text matches"
    " extracted replaced trimmed row_list version uuid_v7"
).split()
FUNCTIONS = {name: globals()[name] for name in NAMES}


class Rows:
    """The handler of a table function on Snowflake (Snowflake Documentation, Writing a UDTF in Python)."""

    def process(self, kind: Any, text: Any) -> Any:
        """The rows of one value: key, value, and the value again under the names `element` and `name`."""
        for key, value in rows(kind, text):
            yield key, value, value, value


def handler(event: Any, context: Any) -> Any:
    """The handler on AWS Lambda: `arguments` has a list for each row, the name of the function first.

    The answer is a JSON text with one result a row (Amazon Redshift Database Developer Guide, Scalar Lambda UDFs).
    """
    try:
        results = [call(*each) for each in event["arguments"]]
        answer = {"success": True, "num_records": len(results), "results": results}
    except Exception as error:
        answer = {"success": False, "error_msg": f"crosswalk: {type(error).__name__}: {error}"}
    return json.dumps(answer)
{% endraw %}{% endmacro %}
