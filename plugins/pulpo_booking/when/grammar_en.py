"""English: the tables of patterns for N1 masks, time ranges, dates and times, tried in this order."""

import re

from pulpo_booking.when import ranges as g
from pulpo_booking.when import readings as r
from pulpo_booking.when import times as t
from pulpo_booking.when.grammar import expand, rules

_NOUNS = (
    r"(?! ?(?:people|persons?|guests?|adults?|kids?|child(?:ren)?|of us|of them|years?|yrs?|yo\b|months?|weeks?|days?"
    r"|minutes|hours?|hour|euros?|eur|dollars?|bucks|pounds?|quid|usd|gbp|percent|%|\$|£|€|k\b|cm|inch|inches|mm|ml|"
    r"times|girls?|boys?|men|women|ladies|friends|persons|seats|slots|options|haircuts?|cuts?|services|things|"
    r"stars?|sessions?|treatments?|-?year|-?minute|-?hour|-?week|ppl)(?!\w))"
)
_CORE = (
    r"(?P<h#>\d{1,2}|one)(?:(?:[:.]| ?h ?)(?P<m#>[0-5]\d)(?::[0-5]\d)?(?!\d)|(?: o'clock)? (?P<s#>[0-5]\d)(?! ?[-/:]?\d)|"
    r" (?:oh?|0) ?(?P<z#>[1-9])\b)?(?!\d)"
)
_SUFFIX = (
    r"(?P<ish#>-?ish|(?: or so| sharp| on the dot))?(?P<pt#> ?o'clock)?"
    r"(?: ?(?P<ap#>am|pm)\b| ?,?(?: in| at| of| on)?(?: the)? (?P<ha#>morning|afternoon|evening|night|early hours)\b"
    r"| ?(?P<lu#>noon)\b)?(?P<ish#b>-?ish| or so)?"
)


def _time(which: str) -> str:
    return (_CORE + _SUFFIX).replace("#", which)


MACROS = {
    "DAY": r"(?P<day>\d{1,2}(?:st|nd|rd|th)?|first|second)(?![\d:])",
    "NTH": r"(?P<day>\d{1,2}(?:st|nd|rd|th))",
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
    "AROUND": r"(?:around|about|approx(?:imately)?\.?|roughly|circa|like|say|near|nearer|closer to|maybe|for around)",
}


def _mask(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expand(p, MACROS)) for p in patterns)


MASKS = _mask(
    r"\bgood (?:morning|afternoon|evening|night|day)\b|^(?:morning|afternoon|evening)(?= ?[!,.]| (?:all|everyone|there))",
    r"\b(?:have|having|had|enjoy|wish(?:ing)? you) (?:a |an |the |your |rest of )*(?:really |very )?(?:nice|great|good|lovely|"
    r"wonderful|fab|fantastic|super|amazing|excellent|fun|blessed|fab|rest of (?:the|your)|enjoy your) "
    r"(?:W\d(?: \w+)?|weekend|day|morning|afternoon|evening|night|week|christmas)\b",
    r"\b(?:happy|merry) (?:W\d|christmas|new year'?s?(?: eve)?|halloween|easter|thanksgiving|valentine'?s(?: day)?|weekend"
    r"|holidays)\b",
    r"\b(?:see|talk to|speak to|catch|ttyl|talk|speak) (?:you |u |ya )?(?:later|soon)\b|\blater(?: on)?\b(?! (?:than|today|this))"
    r"|\bas soon as (?:possible|you can|u can)\b|\basap\b|\bsooner or later\b",
    r"\b(?:every|each|most|all) (?:\w+ )?(?:W\ds?|day|week|month|morning|afternoon|evening|weekend)\b",
    r"\b(?:are you|r u|do you|do u|does|is it|is the \w+|you guys|do they|are they|what time|when)\b[^.?!;]*?"
    r"\b(?:open|close|closed|work|opening|closing|available)\b[^.?!;,]*?\b(?:W\ds\b|weekend\b|holidays\b|bank holidays?\b)",
    r"\b24 ?/ ?7\b|\b(?:do|does|are|is) (?:you|they|\w+) (?:\w+ )?(?:on )?W\ds\b|\b(?:open|close|closed|work) (?:from )?W\d ?(?:to|-|through|thru) ?W\d",
    r"\b(?:opening|business|working) hours\b[^.?!;]*|\b(?:open|closed?|work) (?:on )?(?:W\ds|holidays|weekends)\b",
    r"(?:\$|£|€|usd|eur|gbp) ?\d[\d.,]*(?:-\d+)?|\b\d[\d.,]* ?(?:\$|£|€|%|euros?|dollars?|bucks|pounds?|quid|usd|gbp)",
    r"\+?\(?(?<!\d)(?!(?:19|20)\d\d[-. ]\d\d?[-. ])\d{3,}\)?[ .-]\d[\d .-]{4,}\d|\b\d{3}-\d{4}\b|\b\d{5,}\b|(?<!\bat )\b(?!20\d\d)\d{4}\b(?! ?(?:am|pm|hours))"
    r"|\b\d{1,3}(?:,\d{3})+\b",
    r"\b(?:number|phone|mobile|cell|id|ssn|passport|code|pin|zip|postcode|ref(?:erence)?|order|#) ?(?:number|no\.?|is|:|#)?"
    r"(?: is|:)? ?(?:\d[\d .-]*\d{3}|[a-z]?\d+[a-z\d-]*)",
    r"\b(?:number|no\.?|guard|clipper|grade|size|shade|colou?r|tone|level|formula|option|step|room|floor|flat|apt|unit|"
    r"suite|chair|table|party|group|bus|line|gate|top|episode|chapter) (?:of |for |is |# ?)?\d+(?:[./]\d+)?",
    r"\ba \d(?:\.\d)? (?:on|at|fade|all over|back and sides|guard|up top)\b|\b\d(?:\.\d)? (?:on the (?:sides?|back|top)|guard)\b"
    r"|\b(?:fade|skin|blend|zero) (?:\w+ )?(?:to|from|into) (?:a )?\d\b",
    r"\bat \d+[a-z]? (?:[a-z]+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|boulevard|square|way|court|ct|"
    r"place|pl|close|row)\b|\b\d+[a-z]? (?:[a-z]+ ){0,2}(?:street|road|rd|avenue|ave|lane|ln|drive|blvd|boulevard|way|court)\b"
    r"|\b(?:M0\d|\d+(?:st|nd|rd|th)) (?:street|st|avenue|ave|road|floor|time|visit|session|appointment|anniversary|grade)\b",
    r"\b\d+(?:\.\d+)?[ -](?:years?|yrs?|months?|weeks?)[ -]olds?\b|\b(?:aged?|turn(?:s|ed|ing)?|i'm|is|she's|he's) \d{1,2}"
    r"(?= ?(?:$|[,.!;]| and\b| now\b| years?\b| yrs?\b))(?! ?(?:am|pm))|\b\d+ ?(?:yo|y/o|yrs? old)\b",
    r"\b(?:for|takes?|lasts?|took|about|is|under|over|less than|more than|at least|of|only|every|it's|be|spend|a|another|"
    r"an) (?:about |around |only )?(?:half an hour|an hour and a half|(?:\d+|an?|one|a couple of|a few)(?:[ -]|\.\d )?"
    r"(?:hours?|minutes|minute|days?|weeks?|months?|years?))(?! (?:from|on|later|today|tomorrow|before|after|hence|ago|W\d))"
    r"(?! (?:earlier|later|past|to|after|before))",
    r"\b(?:one|a|1|wait a|just a|half a|hang on a|give me a) (?:second|sec|moment|moment|mo)\b|\bin a (?:minute|min|minutes|"
    r"second|sec|bit|while|moment)\b|\bsecond (?:one|opinion|time|floor|chair|thought|look)\b|\b(?:for|at|the) first "
    r"(?:time|available|one|slot|opening|visit|appointment)\b|\bfirst(?:ly)?,|\bsecond hand\b",
    r"\b(?:i |i'm |we |he |she |was |is |be |are |were |been |running |too |bit |so )(?:was |am |are |will be |be |running |"
    r"a bit |a little |very |too )*late\b|\btoo (?:late|early)\b|\bearlier\b(?! than)|\b(?:some day|one day|someday|any ?time)\b(?= ?$)",
)

TIME_RANGES = rules(
    MACROS,
    (
        "R3",
        r"\b(?:any ?time )?(?:between|btw|(?P<move>from))(?: the hours of| around| about| like)? {TIME1} ?(?:and|to|-|until|&|or) "
        r"?{TIME2}(?! ?(?:of )?M\d)(?!st|nd|rd|th|/){NOUNS}",
        t.time_range,
    ),
    ("R3", r"(?<![\w/.:-]){TIME1} ?(?:-|to|until) ?{TIME2}(?<=[apn][mg\w])(?<!\d)(?! ?M\d)(?!\d)", t.time_range),
    ("R3", r"(?<![\w/.:-])(?P<h1>\d{1,2}):(?P<m1>\d\d)(?P<ap1>) ?(?:-|to|until) ?{TIME2}(?!\d)", t.time_range),
    ("R3", r"(?:^|(?<=[,.;] )|(?<=tomorrow )|(?<=today )){TIME1} ?(?:-|to|until) ?{TIME2}(?= ?$| ?[,.!?;]| on\b| (?:W\d|tomorrow|today|works|please|pls)){NOUNS}", t.time_range),
    ("R3", r"(?<=D\x01) {TIME1} ?(?:-|to|until) ?{TIME2}{NOUNS}", t.time_range),
)

_WEEK_NEXT = r"(?:(?:of |in |on )?(?:the )?(?:next|following|coming) week(?:'s)?)"

DATES = rules(
    MACROS,
    ("D11", r"\b(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)(?:t(?=\d\d:))?", r.iso),
    ("D11", r"\b(?P<year>(?:19|20)\d\d)[-/ ]{MONTH}[-/ ](?P<day>\d{1,2})\b", r.day_month),
    (
        "D11",
        r"(?<![\w/.:-])(?P<a>\d{1,2})([-/. ]) ?(?P<b>\d{1,2})(?:\2|,) ?(?P<year>(?:19|20)\d\d|\d\d)(?![\d/:]|-\d)"
        r"(?! ?(?:am|pm)\b)",
        r.numeric,
    ),
    ("D11", r"(?<![\w/.:$-])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/])(?! ?(?:am|pm)\b)", r.numeric),
    (
        "D11",
        r"\b(?:on|for|in|by) (?:the )?(?P<a>\d{1,2})[-.](?P<b>\d{1,2})(?![\d/.:-]|\w)(?! ?(?:am|pm|o'clock|in the)\b)",
        r.numeric,
    ),
    ("D6", r"\b(?P<n>\d) W(?P<wd>\d)s? (?:from now|later)\b", r.nth_coming_weekday),
    # R4 and R2: stretches before single days
    (
        "R4",
        r"(?:\b(?:between|from|the week of) )?(?:the )?{MONTH} (?:the )?(?P<a>\d{1,2}(?:st|nd|rd|th)?) ?"
        r"(?:-|to|and|until|through|thru) ?(?:the )?(?P<b>\d{1,2}(?:st|nd|rd|th)?)(?! ?(?:am|pm|M\d))(?![\d:/]){YEAR}",
        g.day_span,
    ),
    (
        "R4",
        r"(?:\b(?:between|from) )?(?:the )?\b(?P<a>\d{1,2}(?:st|nd|rd|th)?) ?(?:-|to|and|until|through|thru) ?(?:the )?"
        r"(?P<b>\d{1,2}(?:st|nd|rd|th)?)(?: of)? {MONTH}{YEAR}",
        g.day_span,
    ),
    (
        "R4",
        r"\b(?:between|(?P<move>from)) the (?P<a>\d{1,2}(?:st|nd|rd|th)?) ?(?:-|to|and|until|through) ?(?:the )?"
        r"(?P<b>\d{1,2}(?:st|nd|rd|th)?)(?! ?(?:am|pm))(?! (?:of )?M\d)",
        g.day_span,
    ),
    (
        "D14",
        r"\b(?:the )?{ORD} {WD} (?:of|in)(?: the)?(?: month of)? (?:{MONTH}{YEAR}(?P<nextyear> next year)?"
        r"|(?P<thismonth>this month)|month|(?P<nextmonth>next month|(?:the )?(?:following|coming) month)|(?P<newyear>new year|next year|year))\b",
        r.nth_weekday_of,
    ),
    (
        "D14",
        r"\b(?:the )?(?P<nth>first|last) day of (?:the )?(?:{MONTH}{YEAR}|(?:this )?month|(?P<nextmonth>next month))",
        r.last_day_of_month,
    ),
    # D15
    ("D15", r"\b(?:christmas|xmas|x-mas) eve\b", r.named(12, 24)),
    ("D15", r"\b(?:christmas|xmas|x-mas)(?: day)?\b(?! (?:party|do|dinner|lunch|break|week|season|holidays|time))", r.named(12, 25)),
    ("D15", r"\bboxing day\b", r.named(12, 26)),
    ("D15", r"\b(?:new year'?s'? eve|nye)\b", r.named(12, 31)),
    ("D15", r"\bnew year'?s'? day\b|\bnew year'?s\b(?! (?:party|week))|(?:(?<=and )|(?<=before )|(?<=after )|(?<=until )|(?<=to )|(?<=by ))(?:the )?new year\b", r.named(1, 1)),
    ("D15", r"\bhallowe'?en\b", r.named(10, 31)),
    ("D15", r"\bvalentine'?s'?(?: day)?\b", r.named(2, 14)),
    ("D15", r"\b(?:st\.?|saint) patrick'?s day\b|\bst paddy'?s day\b", r.named(3, 17)),
    ("D15", r"\bindependence day\b", r.named(7, 4)),
    ("D15", r"\bjuneteenth\b", r.named(6, 19)),
    ("D15", r"\b(?:bonfire night|guy fawkes(?: night| day)?)\b", r.named(11, 5)),
    ("D15", r"\bveterans day\b|\bremembrance day\b", r.named(11, 11)),
    ("D15", r"\bapril fools'?(?: day)?\b|\bM04 fools?'?(?:s)?(?: day)?", r.named(4, 1)),
    ("D15", r"\bgood W4\b", r.named_easter(-2)),
    ("D15", r"\beaster W6\b", r.named_easter(0)),
    ("D15", r"\beaster W0\b", r.named_easter(1)),
    ("D15", r"\bthanksgiving(?: day)?\b", r.named_nth(11, 3, 4)),
    ("D15", r"\bblack W4\b", r.named_nth(11, 3, 4, 1)),
    ("D15", r"\blabor day\b", r.named_nth(9, 0, 1)),
    ("D15", r"\bmemorial day\b", r.named_nth(5, 0, -1)),
    # D10, D8, D9
    ("D10", r"(?:{WD},? ?(?:the )?)?\b{DAY}(?: day)?(?: of(?: the)?|,|\.)?[ -/]?{MONTH}{YEAR}", r.day_month),
    ("D10", r"(?:{WD},? ?)?\b{MONTH},?[ -/]?(?:the )?(?P<day>\d{1,2}(?:st|nd|rd|th)?|first|second)(?![\d:/]|\.\d)(?! ?(?:am|pm|o'clock)\b){YEAR}", r.day_month),
    ("D8", r"\b(?:the )?{DAY} (?:of|in) (?:the )?(?:next|following|coming) month\b", r.month_day_ahead(1)),
    ("D8", r"\b(?:the )?{DAY} (?:of|in) (?:this|current|the current) month\b", r.month_day_ahead(0)),
    ("D8", r"\b(?:the )?{DAY} of (?:the|each) month\b", r.month_day),
    ("D9", r"\b{WD},? ?(?:on )?the {DAY}{NOUNS}", r.weekday_and_day),
    ("D9", r"\b{WD},? ?{NTH}", r.weekday_and_day),
    ("D9", r"\b{WD},? (?P<day>1[3-9]|2\d|3[01])\b(?! ?(?:[:.]\d|hours|h\b|am\b|pm\b|M\d))(?![/-]\d){NOUNS}", r.weekday_and_day),
    ("D9", r"\b(?:the )?{NTH},? ?\(?(?:which is |that's |on |a |is a )*{WD}", r.weekday_and_day),
    # N2
    ("N2", r"\b(?:the )?day before yesterday\b", r.past_relative(2)),
    ("N2", r"\byesterday\b|\bystrday\b|\byday\b|\blast night\b", r.past_relative(1)),
    ("N2", r"\b(?:last|past|previous) (?:week(?:'s)? )?{WD}\b", r.past_weekday),
    ("N2", r"\b{N} (?P<unit>days?|weeks?) (?:ago|back|earlier)\b", r.past_days),
    (
        "N2",
        r"\b(?:last|past|previous) (?:week(?:end)?(?! (?:of|in) )|month|year|time|summer|winter|spring|autumn|fall|few \w+|M\d\d)\b"
        r"|\b(?:\d+|an?|a few|few|a couple of|some) (?:minutes|hours?|months?|years?|days|weeks|while) ago\b|\bin the past\b",
        r.past_nothing,
    ),
    # D6, D7
    ("D6", r"\bnot (?:this|the coming|the next) {WD},? ?(?:but )?(?:the )?(?:next|one after|following|other)(?: one)?\b", r.weekday_plus_weeks),
    ("D6", r"\b(?:the )?{WD} after next\b(?! week)", r.weekday_plus_weeks),
    ("D6", r"\b(?:the )?{WD} (?:of )?(?:the )?week after next\b", r.weekday_of_week(2)),
    ("D6", r"\b(?P<n>an?|one|\d) weeks? (?:on|from|after|this)(?: this| next)? {WD}", r.weekday_plus_weeks),
    ("D6", r"\b(?:a )?fortnight (?:on|from) {WD}", r.weekday_in(2)),
    ("D6", r"\b{WD} week\b", r.weekday_plus_weeks),
    ("D6", r"\b{WD},? (?:in )?(?P<n>2|3|4) weeks(?: from now| time)?\b", r.weekday_plus_weeks),
    ("D6", r"\b{WD},? " + _WEEK_NEXT + r"", r.weekday_of_week(1)),
    ("D6", _WEEK_NEXT.replace("(?:(?:of", r"\b(?:(?:of") + r",? ?(?:on |maybe |perhaps |the |-|:)*{WD}", r.weekday_of_week(1)),
    ("D6", r"\b{WD},? (?:of )?this week\b", r.weekday_of_week(0)),
    ("D6", r"\bthis week,? (?:on )?{WD}", r.weekday_of_week(0)),
    ("D7", r"\b(?P<n>an?|one|\d) weeks? (?:from|after) (?P<tomorrow>tomorrow)\b", r.in_weeks),
    ("D7", r"\b(?:a week tomorrow|tomorrow week)\b", r.relative(8)),
    ("D7", r"\b(?:a week today|today week|a week from (?:today|now)|(?:in )?a week'?s time|in (?:a|one|1) week)\b", r.relative(7)),
    ("D7", r"\b(?:in |within )?(?:a )?fortnight(?:'s time| from (?:now|today)| today)?\b", r.relative(14)),
    ("D7", r"\bin (?:about )?{N} (?:weeks?)(?:'? time)?\b", r.in_weeks),
    ("D7", r"\b{N} weeks? (?:from (?:now|today)|hence|later|today|after today)\b", r.in_weeks),
    ("D7", r"\bin {N} days?(?:'? time)?\b", r.in_days),
    ("D7", r"\b{N} days? (?:from|after) (?P<tomorrow>tomorrow)\b", r.in_days_from),
    ("D7", r"\b{N} days? (?:from (?:now|today)|hence|later|after today)\b", r.in_days),
    ("D7", r"\bin {N} months?(?:'? time)?\b", r.in_months),
    # D1
    ("D1", r"\b(?:the )?day after tomorrow\b|\bovermorrow\b", r.relative(2)),
    ("D1", r"\btomorrow\b", r.relative(1, night_owl=True)),
    ("D1", r"\b(?:(?:later|earlier) )?today\b", r.relative(0)),
    ("P1", r"\btonight\b|\bthis night\b", t.period_today("night")),
    ("P1", r"\b(?:later )?this (?:early |late )?morning\b", t.period_today("morning")),
    ("P1", r"\b(?:later )?this (?:early |late )?afternoon\b", t.period_today("afternoon")),
    ("P1", r"\b(?:later )?this (?:early |late )?evening\b", t.period_today("evening")),
    # R1, R2
    ("R1", r"\b(?:the )?week after next\b", g.week(2)),
    ("R1", r"\bnot this week,? (?:but )?(?:the )?(?:next|one after|following)(?: one| week)?\b", g.week(1)),
    ("R1", r"\b(?:early|late|later|beginning of|start of|end of|mid|middle of)(?: in)?(?: the)? next week\b", g.week(1, ambiguous=True)),
    ("R1", r"\b(?:any ?time |some ?time |any day )?(?:(?:in|of|during) )?(?:the )?(?:next|following|coming) week\b(?!end)(?: or (?:so|2)\b)?", g.week(1)),
    ("R1", r"\b(?:any ?time |some ?time |any day )?(?:later )?this week\b", g.week(0)),
    ("R1", r"\b(?:next weekend|weekend after next)\b", g.next_weekend_en),
    ("R1", r"\b(?:this|the|at the|on the|over the|coming|this coming|upcoming) weekend\b|\bweekend\b", g.weekend),
    ("R2", r"\b(?:early|(?:the )?(?:beginning|start) of|first (?:10|few) days of)(?: in)? (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b", g.stretch(1, 10)),
    ("R2", r"\b(?:mid(?:dle)?|(?:the )?middle of|around the middle of)(?:-| of| in)? ?(?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b", g.stretch(11, 20)),
    ("R2", r"\b(?:late|(?:(?:towards?|at|by|near) )?(?:the )?end of)(?: in)? (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?:the|this) month)\b|\bmonth end\b|\bend of month\b", g.stretch(21, 31)),
    ("R2", r"\b(?:in )?(?:the )?first week (?:of|in) (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)", g.stretch(1, 7)),
    ("R2", r"\b(?:in )?(?:the )?last week (?:of|in) (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)", g.stretch(25, 31)),
    ("R2", r"\b(?:the )?first half of (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b", g.stretch(1, 15)),
    ("R2", r"\b(?:the )?second half of (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b", g.stretch(16, 31)),
    ("R1", r"\b(?:any ?time |some ?time )?(?:in |during )?(?:the )?(?P<nextmonth>next month|coming month|following month)\b", g.stretch(1, 31)),
    ("R1", r"\b(?:any ?time |some ?time )?(?:later )?(?P<thismonth>this month)\b", g.stretch(1, 31)),
    ("R1", r"\b(?:in|during|next|this|all of|throughout|some ?time in) {MONTH}(?! ?\d){YEAR}", g.stretch(1, 31)),
    ("R1", r"\b(?P<unsure>for|until) {MONTH}(?! ?\d){YEAR}", g.stretch(1, 31)),
    ("R1", r"\bnext year\b", g.next_year),
    # D2-D5 and the rest of D8
    ("D14", r"\b(?:the )?(?P<nth>first|second|third|3rd|4th|fourth) {WD}(?! (?:of|in)\b)", r.nth_weekday_alone),
    ("D4", r"\bnext {WD}", r.next_weekday_en),
    ("D2", r"\b(?:this coming|this next|the coming|coming|upcoming|the next available|following) {WD}", r.coming_weekday),
    ("D3", r"\bthis {WD}", r.this_weekday),
    ("D2", r"\b(?:on )?(?:the )?{WD}(?!s)", r.weekday),
    ("D2", r"\bW(?P<wd>\d)s\b", r.weekday),
    ("D8", r"\b(?:on )?the {NTH}(?! (?:floor|time|street|st|avenue|ave|one|option|of|appointment|visit|session|person|day|week|month|birthday))", r.month_day),
    ("D8", r"\b(?:on|by|for|until|till) (?:the )?{NTH}(?! (?:floor|time|street|st|avenue|one|option|of|appointment|visit|session|birthday))", r.month_day),
    ("D8", r"\b(?:on|for) the (?P<day>\d{1,2})\b(?![:/.]\d|-)(?! ?(?:am|pm|o'clock)){NOUNS}", r.month_day),
    ("D8", r"\bthe (?P<day>\d{1,2})(?= (?:at|in the|please|pls|works?|is)\b| ?[,.!?]| ?$)", r.month_day),
    ("D8", r"\bon (?:the )?(?P<day>first|second)(?= (?:at|in the|please)\b| ?[,.!?]| ?$)", r.month_day),
    ("D8", r"\bon (?P<day>\d{1,2})(?= at\b| ?[,.!?]| ?$)", r.month_day),
    ("D1", r"\b(?:the )?(?:next|following) day\b", r.relative(1)),
    ("D8", r"(?<![\w~]){NTH}(?= ?(?:$|[,.!?;]|at\b|in\b|around\b|or\b|please\b|works?\b|morning|afternoon|evening|is\b|\d|[DTP]))", r.month_day),
)

TIMES = rules(
    MACROS,
    ("T6", r"\bin (?:about |around |like )?(?P<half>half an hour|half hour)\b", r.in_time),
    ("T6", r"\bin (?:about |around )?(?P<anhour>an|one) hour(?: and (?:(?P<half>a half|half)|(?P<quarter>a quarter)))?(?:'s time)?\b", r.in_time),
    ("T6", r"\bin (?:about |around |like )?(?P<h>\d{1,2})(?P<half> and a half|\.5)? hours?(?:'? time)?(?:(?: and)? (?P<min>\d{1,2}) minutes)?\b", r.in_time),
    ("T6", r"\bin (?:about |around |like )?(?:a )?(?P<min>\d{1,3}) minutes?(?:'? time)?\b", r.in_time),
    ("T6", r"\bin (?:about )?(?P<couple>a couple(?: of)?) hours\b", r.in_time),
    ("T6", r"\b(?P<h>\d{1,2}) hours (?:from now|later)\b", r.in_time),
    ("T6", r"\b(?P<half>half an hour) from now\b", r.in_time),
    ("T6", r"\b(?P<anhour>an|one) hour from now\b", r.in_time),
    ("T6", r"\b(?P<min>\d{1,3}) minutes (?:from now|later)\b", r.in_time),
    ("T3", r"\b(?:12 ?)?(?:at )?(?:noon|mid-? ?day|noontime|12 lunchtime|high noon)(?:-?ish)?\b", t.fixed(12)),
    ("T2", r"\b(?:12 ?)?(?:midnight|mid-night|mid night)\b", t.fixed(0)),
    ("T2", r"(?:\b(?:at|@) ?)?\b(?P<digits>\d{3,4}) ?(?P<ap1>am|pm)\b", t.digits_time),
    ("T2", r"(?:\bat )?\b(?P<h1>[01]\d|2[0-3])(?P<m1>[0-5]\d) ?hours\b", t.sure_time),
    ("T2", r"\bat (?P<h1>[01]\d|2[0-3])(?P<m1>[0-5]\d)\b", t.sure_time),
    (
        "T1",
        r"(?:\b(?:at|by|around|about|for) )?(?:{AROUND} )?\b(?:a )?(?P<y1>3 quarters|quarter|half|\d{1,2})(?: minutes)? (?:past|after) "
        r"(?P<h1>\d{1,2}|one)(?!\d)(?P<pt1> o'clock)?" + _SUFFIX.replace("#", "1").replace("(?P<pt1> ?o'clock)?", ""),
        t.sure_time,
    ),
    (
        "T1",
        r"(?:\b(?:at|by|around|about|for) )?(?:{AROUND} )?\b(?:(?:a )?(?P<l1>quarter|(?:20|25)|\d{1,2}(?= minutes))(?: minutes)? (?:to|of|til|before|until)) "
        r"(?P<h1>\d{1,2}|one)(?::(?P<m1>\d\d)| (?P<s1>[0-5]\d))?(?!\d)(?P<pt1> o'clock)?" + _SUFFIX.replace("#", "1").replace("(?P<pt1> ?o'clock)?", ""),
        t.sure_time,
    ),
    ("T1", r"(?:\bat )?\b(?P<y1>half) (?P<h1>\d{1,2}|one)(?![\d:])" + _SUFFIX.replace("#", "1") + r"{NOUNS}", t.sure_time),
    (
        "T1",
        r"(?<![\w/.:$-])(?P<intro>(?:\b(?:at|{AROUND})|@) ?)?(?:{AROUND} |at )?\b{TIME1}(?![\d/]|st\b|nd\b|rd\b|th\b|-\d| \d){NOUNS}",
        t.spoken_time,
    ),
    ("T1", r"\b(?:after|before|past|until|by|from|since|than|make it|change it to|move it to|it to|appointment to|meant|mean|say|let's do|can we do|could we do|could you do|can you do|let's go with|go for|rather|prefer) (?P<claim>{CORE1}){NOUNS}(?![\d/-]|st\b|nd\b|rd\b|th\b| ?(?:W|M)\d| (?:a|an|the)\b)(?= ?(?:$|[,.!?;]|instead|or|on|onwards?|please|pls|and|D|P|T|if|works?|tomorrow|would|is|but|then|thanks))", t.sure_time),
    ("T1", r"\b(?:me|us|in|down|it|booked|appointment|tomorrow|today|D\x01*) (?:in )?for (?P<claim>{CORE1})(?= ?(?:$|[,.!?]|on\b|D|P|please|pls|instead))", t.sure_time),
    ("C4", r"(?<![\w/.:$-])(?P<claim>{CORE1}) or (?=(?:1[0-2]|[1-9]) (?:on )?D)", t.sure_time),
    ("C4", r"T\x01*,? ?(?:or|and|/|-|,|or maybe|or even) (?:maybe |at )?(?P<claim>{TIME1}){NOUNS}(?![\d/-]|st\b|nd\b|rd\b|th\b| ?(?:W|M)\d)", t.sure_time),
    ("C4", r"(?<![\w/.:-])(?P<claim>{CORE1}) or (?:at )?T", t.sure_time),
    ("C1", r"T\x01*[^DTP?]{0,12}\b(?:sorry|actually|no|make (?:it|that)|i mean|rather|oops|wait|better)\b,? (?:make (?:it|that) |at |wait |wait, |i mean )*(?P<claim>{TIME1}){NOUNS}(?![\d/-]|st\b|nd\b|rd\b|th\b| ?(?:W|M)\d)", t.sure_time),
    ("T1", r"D\x01*,? (?P<claim>{TIME1})(?= ?(?:$|[,.!?;]|please|pls|if|works|or|for))", t.sure_time),
    ("T1", r"P\x01*,? (?P<claim>{TIME1})(?= ?(?:$|[,.!?;]|please|pls|if|works|or|for|on))", t.sure_time),
    ("T1", r"^(?P<claim>{CORE1}) (?:D|is fine|works|please|pls)", t.sure_time),
)

PERIODS = rules(
    MACROS,
    ("P1", r"\b(?:first thing|early (?:in the )?morning|mid-?\s?morning|late morning|(?:in|on|during) the morning|morning|bright and early|early doors)(?: in the morning)?\b", t.period("morning")),
    ("P1", r"\b(?:(?:in|on|during) the )?(?:early |late |mid-? ?)?afternoon\b|\bafter lunch\b", t.period("afternoon")),
    ("P1", r"\b(?:(?:in|on|during) the )?(?:early |late )?evening\b|\blast thing\b|\bend of (?:the )?day\b|\beod\b|\bafter work\b", t.period("evening")),
    ("P1", r"\b(?:(?:at|in the|late at|during the) )?night\b", t.period("night")),
    ("P1", r"(?<=D\x01) early\b|\bearly (?:on )?(?=D)|\bearly,? (?:please|pls)\b", t.period("morning")),
)
