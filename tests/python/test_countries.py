"""seeds/crosswalk/countries.csv: one row per name that a vendor may write for a country."""

import csv
from collections import Counter
from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "seeds/crosswalk/countries.csv"
ROWS = list(csv.DictReader(SEED.read_text(encoding="utf-8").splitlines()))
CODES = {row["match_name"]: row["country_code"] for row in ROWS}

# ISO 3166-1 alpha-2, and XK, which the vendors use for Kosovo.
ISO_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
""".split()


def test_every_code_is_there() -> None:
    assert len(ISO_CODES) == 250
    assert {row["country_code"] for row in ROWS} == set(ISO_CODES)


def test_a_name_leads_to_one_code() -> None:
    assert [name for name, count in Counter(row["match_name"] for row in ROWS).items() if count > 1] == []


def test_a_code_has_one_name_and_is_found_by_it() -> None:
    names = {row["country_code"]: row["country_name"] for row in ROWS}
    assert [row for row in ROWS if row["country_name"] != names[row["country_code"]]] == []
    assert {code: CODES.get(name.lower()) for code, name in names.items()} == {code: code for code in names}


def test_match_names_are_trimmed_lower_case() -> None:
    assert [name for name in CODES if not name or name != " ".join(name.lower().split())] == []


def test_rows_are_sorted() -> None:
    keys = [(row["country_code"], row["match_name"]) for row in ROWS]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("US", "United States"),
        ("GB", "United Kingdom"),
        ("AE", "United Arab Emirates"),
        ("NL", "The Netherlands"),
    ],
)
def test_country_names_are_those_of_posthogs_importer(code: str, name: str) -> None:
    assert {row["country_name"] for row in ROWS if row["country_code"] == code} == {name}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("united states", "US"),
        ("south korea", "KR"),
        ("russia", "RU"),
        ("vietnam", "VN"),
        ("czechia", "CZ"),
        ("czech republic", "CZ"),
        ("türkiye", "TR"),
        ("turkey", "TR"),
        ("ivory coast", "CI"),
        ("côte d’ivoire", "CI"),
        ("côte d'ivoire", "CI"),
        ("hong kong", "HK"),
        ("taiwan", "TW"),
        ("macao", "MO"),
        ("macau", "MO"),
        ("north macedonia", "MK"),
        ("eswatini", "SZ"),
        ("myanmar", "MM"),
        ("palestine", "PS"),
        ("congo - kinshasa", "CD"),
        ("dr congo", "CD"),
        ("congo republic", "CG"),
        ("united kingdom", "GB"),
        ("the netherlands", "NL"),
        ("netherlands", "NL"),
        ("bolivia", "BO"),
        ("venezuela", "VE"),
        ("iran", "IR"),
        ("syria", "SY"),
        ("laos", "LA"),
        ("moldova", "MD"),
        ("tanzania", "TZ"),
        ("brunei", "BN"),
        ("curaçao", "CW"),
        ("réunion", "RE"),
        ("reunion", "RE"),
        ("são tomé and príncipe", "ST"),
        ("st. lucia", "LC"),
        ("st kitts and nevis", "KN"),
        ("saint vincent and the grenadines", "VC"),
        ("namibia", "NA"),
        ("kosovo", "XK"),
    ],
)
def test_names_that_vendors_write(name: str, code: str) -> None:
    assert CODES[name] == code
