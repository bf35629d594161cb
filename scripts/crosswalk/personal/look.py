"""What long texts may hold, asked of many texts at once, so that each is searched in Python for that alone.

RE2 reads a text once and at the same pace whatever the expression; Python's engine tries an expression at every place. Each
expression here finds at least what the patterns behind it find; what it finds too much costs time and nothing else.
"""

import pyarrow as pa
import pyarrow.compute as pc

MAIL, ADDRESS, DIGITS, IBAN, KNOWN, NAMED, RUN, PARAMETER = (1 << place for place in range(8))
ALL = (1 << 8) - 1
# A text that is JSON itself, or that has escapes of letters: RE2 sees other characters than are meant.
_AS_WRITTEN = r'(?:^|")[\[{]|\\'
_EXPRESSIONS = {
    MAIL: r"@|%40",
    ADDRESS: r"\pN\.\pN{1,3}\.\pN{1,3}\.\pN|(?:^|[^0-9A-Za-z_:.])[0-9A-Fa-f]*:[0-9A-Fa-f]*:",
    # Python counts digits of all scripts, and letters of all scripts as parts of words.
    DIGITS: r"(?:^|[^0-9A-Za-z_])\pN(?:[ \x{a0}\x{202f}\x{2009}./()\x{2010}-\x{2013}-]{0,5}\pN){6}",
    IBAN: r"(?:^|[^0-9A-Za-z])[A-Za-z]{2}\pN{2}[ \x{a0}-]?[A-Za-z0-9]",
    KNOWN: r"://[^/\s:@]+:[^/\s@]+@|-----BEGIN|eyJ[A-Za-z0-9_-]{8}|[rsp]k_(?:live|test)_|whsec_|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|xapp-"
    r"|AKIA|ASIA|AIza|ya29\.|GOCSPX-|SG\.[A-Za-z0-9_-]{16}|key-[0-9a-f]|(?:SK|AC)[0-9a-f]{8}|sk-|hf_|r8_|ph[cx]_|npm_"
    r"|pypi-|dop_v1_|shp[acps][ats]_|sq0[a-z]{3}-|EAA|lin_api_|ATATT3",
    NAMED: r"(?i)(?:bearer|basic|token|apikey)[ :]"
    r"|(?:token|secret|passwd|password|key|signature|jwt|auth)(?:=|: ?| (?:is )?)[a-z0-9+/_.~=-]{8}",
    RUN: r'[A-Za-z0-9+/_-]{28}|(?:^|")[A-Za-z0-9+/_-]{16,}={0,2}(?:"|$)',
    PARAMETER: r"[?&;#][^=?&;#\s]+=[^&#\s]{6}",
}


def may_hold(texts: pa.Array) -> list[int]:
    """The sum of the constants above for each text, as Arrow has it; ALL where only reading it can tell."""
    found = pc.multiply(pc.match_substring_regex(texts, _AS_WRITTEN).cast(pa.int32()), ALL)
    for bit, expression in _EXPRESSIONS.items():
        found = pc.bit_wise_or(
            found, pc.multiply(pc.match_substring_regex(texts, expression).cast(pa.int32()), bit)
        )
    return list(found.to_pylist())
