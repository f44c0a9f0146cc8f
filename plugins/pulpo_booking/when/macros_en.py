"""English: the pieces that patterns are made of. A number in a time is a group: `h1`, `m1` (see `times`)."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

_NOUNS = (
    r"(?! ?(?:people|persons?|guests?|adults?|kids?|child(?:ren)?|of us|of them|years?|yrs?|yo\b|months?|weeks?|days?"
    r"|minutes|hours?|hour|euros?|eur|dollars?|bucks|pounds?|quid|usd|gbp|percent|%|\$|£|€|k\b|cm|inch|inches|mm|ml|"
    r"times|girls?|boys?|men|women|ladies|friends|persons|seats|slots|options|haircuts?|cuts?|services|things|"
    r"stars?|sessions?|treatments?|-?year|-?minute|-?hour|-?week|ppl)(?!\w))"
)
_CORE = (
    r"(?P<h#>\d{1,2}|one)(?:(?:[:.]| ?h ?)(?P<m#>[0-5]\d)(?::[0-5]\d)?(?!\d)|(?: o[' ]?clock)? (?P<s#>[0-5]\d)(?! ?[-/:]?\d)|"
    r" (?:oh?|0) ?(?P<z#>[1-9])\b)?(?!\d)"
)
SUFFIX = (
    r"(?P<ish#>-?ish|(?: or so| sharp| on the dot))?(?P<pt#> ?o[' ]?clock)?"
    r"(?: ?(?P<ap#>am|pm)\b| ?,?(?: in| at| of| on)?(?: the)? (?P<ha#>morning|afternoon|evening|night|early hours)\b"
    r"| ?(?P<lu#>noon)\b)?(?P<ish#b>-?ish| or so)?"
)


def _time(which: str) -> str:
    return (_CORE + SUFFIX).replace("#", which)


MACROS = {
    "DAY": r"(?P<day>\d{1,2}(?:st|nd|rd|th)?|first|second)(?![\d:])",
    "NTH": r"(?P<day>(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th))",
    "MONTH": r"M(?P<month>\d\d)\b\.?",
    "YEAR": r"(?:(?:,| of|,? in)? ?(?P<year>(?:19|20)\d\d)\b)?",
    "WD": r"W(?P<wd>\d)\b\.?",
    "ORD": r"(?P<nth>first|second|1st|2nd|3rd|4th|5th|last)",
    "N": r"(?P<n>\d{1,3}|an?|one|a couple of|couple of|a couple)",
    "TIME1": _time("1"),
    "TIME2": _time("2"),
    "CORE1": _CORE.replace("#", "1"),
    "NOUNS": _NOUNS,
    "IN": r"(?:in|within|after)",
    "STILL": r"(?! (?:earlier|sooner|later|before|after)\b)",
    "AROUND": r"(?:around|about|approx(?:imately)?\.?|roughly|circa|like|say|near|nearer|closer to|maybe|for around)",
}
