"""English: the patterns of dates and stretches of days, tried in this order (D, N2, R1, R2, R4, and P1's today)."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when import ranges as g
from pulpo_booking.when import readings as r
from pulpo_booking.when import times as t
from pulpo_booking.when.grammar import rules
from pulpo_booking.when.macros_en import MACROS

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
    (
        "D15",
        r"\b(?:christmas|xmas|x-mas)(?: day)?\b(?! (?:party|do|dinner|lunch|break|week|season|holidays|time))",
        r.named(12, 25),
    ),
    ("D15", r"\bboxing day\b", r.named(12, 26)),
    ("D15", r"\b(?:new year'?s'? eve|nye)\b", r.named(12, 31)),
    (
        "D15",
        r"\bnew year'?s'? day\b|\bnew year'?s\b(?! (?:party|week))|(?:(?<=and )|(?<=before )|(?<=after )|(?<=until )|(?<=to )|(?<=by ))(?:the )?new year\b",
        r.named(1, 1),
    ),
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
    (
        "D10",
        r"(?:{WD},? ?)?\b{MONTH},?[ -/]?(?:the )?(?P<day>\d{1,2}(?:st|nd|rd|th)?|first|second)(?![\d:/]|\.\d)(?! ?(?:am|pm|o'clock)\b){YEAR}",
        r.day_month,
    ),
    ("D8", r"\b(?:the )?{DAY} (?:of|in) (?:the )?(?:next|following|coming) month\b", r.month_day_ahead(1)),
    ("D8", r"\b(?:the )?{DAY} (?:of|in) (?:this|current|the current) month\b", r.month_day_ahead(0)),
    ("D8", r"\b(?:the )?{DAY} of (?:the|each) month\b", r.month_day),
    ("D9", r"\b{WD},? ?(?:on )?the {DAY}{NOUNS}", r.weekday_and_day),
    ("D9", r"\b{WD},? ?{NTH}", r.weekday_and_day),
    (
        "D9",
        r"\b{WD},? (?P<day>1[3-9]|2\d|3[01])\b(?! ?(?:[:.]\d|hours|h\b|am\b|pm\b|M\d))(?![/-]\d){NOUNS}",
        r.weekday_and_day,
    ),
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
    (
        "D6",
        r"\bnot (?:this|the coming|the next) {WD},? ?(?:but )?(?:the )?(?:next|one after|following|other)(?: one)?\b",
        r.weekday_plus_weeks,
    ),
    ("D6", r"\b(?:the )?{WD} after next\b(?! week)", r.weekday_plus_weeks),
    ("D6", r"\bthe {WD} (?:before|prior)(?= ?(?:$|[,.;!?]|at\b|in\b|please\b|if\b))", r.weekday_before),
    ("D6", r"\bthe day (?:before|prior)(?= ?(?:$|[,.;!?]|at\b|in\b|please\b|if\b))", r.day_before),
    (
        "D6",
        r"\b(?:the )?{WD} after (?:this|that|the (?:next|coming))(?: coming)?(?: one)?\b(?! W)",
        r.weekday_plus_weeks,
    ),
    ("D6", r"\b(?:the )?{WD} (?:of )?(?:the )?week after next\b", r.weekday_of_week(2)),
    (
        "D6",
        r"(?<!next )(?<!this )(?<!following )(?<!coming )(?<!the )\b(?:(?P<n>an?|one|\d) )?weeks? (?:on|from|after|this)(?: this| next)? {WD}",
        r.weekday_plus_weeks,
    ),
    ("D6", r"\b(?:a )?fortnight (?:on|from) {WD}", r.weekday_in(2)),
    ("D6", r"\b{WD} fortnight\b", r.weekday_in(2)),
    ("D6", r"\b{WD} week\b", r.weekday_plus_weeks),
    ("D6", r"\b{WD},? (?:in )?(?P<n>2|3|4) weeks(?: from now| time)?\b", r.weekday_plus_weeks),
    ("D6", r"\b{WD},? " + _WEEK_NEXT + r"", r.weekday_of_week(1)),
    (
        "D6",
        _WEEK_NEXT.replace("(?:(?:of", r"\b(?:(?:of") + r",? ?(?:on |maybe |perhaps |the |-|:)*{WD}",
        r.weekday_of_week(1),
    ),
    ("D6", r"\b{WD},? (?:of )?this week\b", r.weekday_of_week(0)),
    ("D6", r"\bthis week,? (?:on )?{WD}", r.weekday_of_week(0)),
    ("D7", r"\b(?P<n>an?|one|\d) weeks? (?:from |after )?(?P<tomorrow>tomorrow)\b", r.in_weeks),
    ("D7", r"\b(?:a week tomorrow|tomorrow week)\b", r.relative(8)),
    ("D7", r"\b(?:a )?fortnight (?:from )?tomorrow\b", r.relative(15)),
    ("D7", r"\b{N} weeks (?P<tomorrow>tomorrow)\b", r.in_weeks),
    (
        "D7",
        r"\b(?:a week today|today week|a week from (?:today|now)|(?:in )?a week'?s time|in (?:a|one|1) week)\b",
        r.relative(7),
    ),
    ("D7", r"\b(?:in |within )?(?:a )?fortnight(?:'s time| from (?:now|today)| today)?\b", r.relative(14)),
    ("D7", r"\bin (?:about )?{N} (?:weeks?)(?:'? time)?\b", r.in_weeks),
    ("D7", r"\b{N} weeks? (?:from (?:now|today)|hence|later|today|after today)\b", r.in_weeks),
    ("D7", r"\bin {N} days?(?:'? time)?\b", r.in_days),
    ("D7", r"\b{N} days? (?:from|after) (?P<tomorrow>tomorrow)\b", r.in_days_from),
    ("D7", r"\b{N} days? (?:from (?:now|today)|hence|later|after today)\b", r.in_days),
    ("D7", r"\b{N} months? from (?:today|now)\b", r.in_months),
    ("D7", r"\bin {N} months?(?:'? time)?\b", r.in_months),
    # D1
    ("D1", r"\b(?:the )?day after tomorrow\b|\bovermorrow\b", r.relative(2)),
    (
        "D1",
        r"\btomorrow,? or (?P<claim>the (?:next |following )?day(?: after(?: that)?)?)\b(?! (?:the|D))",
        r.relative(2),
    ),
    ("D1", r"\btomorrow\b", r.relative(1, night_owl=True)),
    ("D1", r"\b(?:(?:later|earlier) )?today\b", r.relative(0)),
    ("P1", r"\btonight\b|\bthis night\b", t.period_today("night")),
    ("P1", r"\b(?:later )?this (?:early |late )?morning\b", t.period_today("morning")),
    ("P1", r"\b(?:later )?this (?:early |late )?afternoon\b", t.period_today("afternoon")),
    ("P1", r"\b(?:later )?this (?:early |late )?evening\b", t.period_today("evening")),
    # R1, R2
    ("R1", r"\b(?:the )?week after next\b", g.week(2)),
    ("R1", r"\bnot this week,? (?:but )?(?:the )?(?:next|one after|following)(?: one| week)?\b", g.week(1)),
    (
        "R1",
        r"\b(?:early|late|later|beginning of|start of|end of|mid|middle of)(?: in)?(?: the)? next week\b",
        g.week(1, ambiguous=True),
    ),
    (
        "R1",
        r"\b(?:any ?time |some ?time |any day )?(?:(?:in|of|during) )?(?:the )?(?:next|following|coming) week\b(?!end)(?: or (?:so|2)\b)?",
        g.week(1),
    ),
    ("R1", r"\b(?:any ?time |some ?time |any day )?(?:later )?this week\b", g.week(0)),
    (
        "R1",
        r"\bnot (?:this|the coming) weekend,? (?:but )?(?:the )?(?:next|one after|following)(?: one| weekend)?\b",
        g.weekend_after_next,
    ),
    ("R1", r"\b(?:next weekend|weekend after next)\b", g.next_weekend_en),
    ("R1", r"\b(?:this|the|at the|on the|over the|coming|this coming|upcoming) weekend\b|\bweekend\b", g.weekend),
    (
        "R2",
        r"\b(?:early|(?:the )?(?:beginning|start) of|first (?:10|few) days of)(?: in)? (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b",
        g.stretch(1, 10),
    ),
    (
        "R2",
        r"\b(?:mid(?:dle)?|(?:the )?middle of|around the middle of)(?:-| of| in)? ?(?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b",
        g.stretch(11, 20),
    ),
    (
        "R2",
        r"\b(?:late|(?:(?:towards?|at|by|near) )?(?:the )?end of)(?: in)? (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?:the|this) month)\b|\bmonth end\b|\bend of month\b",
        g.stretch(21, 31),
    ),
    (
        "R2",
        r"\b(?:in )?(?:the )?first week (?:of|in) (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)",
        g.stretch(1, 7),
    ),
    (
        "R2",
        r"\b(?:in )?(?:the )?last week (?:of|in) (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)",
        g.stretch(25, 31),
    ),
    (
        "R2",
        r"\b(?:the )?first half of (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b",
        g.stretch(1, 15),
    ),
    (
        "R2",
        r"\b(?:the )?second half of (?:{MONTH}{YEAR}|(?P<nextmonth>next month)|(?P<thismonth>this month)|the month)\b",
        g.stretch(16, 31),
    ),
    (
        "R1",
        r"\b(?:any ?time |some ?time )?(?:in |during )?(?:the )?(?P<nextmonth>next month|coming month|following month)\b",
        g.stretch(1, 31),
    ),
    ("R1", r"\b(?:any ?time |some ?time )?(?:later )?(?P<thismonth>this month)\b", g.stretch(1, 31)),
    ("R1", r"\b(?:in|during|next|this|all of|throughout|some ?time in) {MONTH}(?! ?\d){YEAR}", g.stretch(1, 31)),
    ("R1", r"\b(?P<unsure>for|until) {MONTH}(?! ?\d){YEAR}", g.stretch(1, 31)),
    ("R1", r"\bnext year\b", g.next_year),
    # D2-D5 and the rest of D8
    ("D14", r"\b(?:the )?(?P<nth>first|second|third|3rd|4th|fourth) {WD}(?! (?:of|in)\b)", r.nth_weekday_alone),
    ("D4", r"\bnext {WD}", r.next_weekday_en),
    (
        "D2",
        r"\b(?:this coming|this next|the coming|coming|upcoming|the next available|following) {WD}",
        r.coming_weekday,
    ),
    ("D3", r"\bthis {WD}", r.this_weekday),
    ("D2", r"\b(?:on )?(?:the )?{WD}(?!s)", r.weekday),
    ("D2", r"\bW(?P<wd>\d)s\b", r.weekdays),
    (
        "D8",
        r"\b(?:on )?the {NTH}(?! (?:floor|time|street|st|avenue|ave|one|option|of|appointment|visit|session|person|day|week|month|birthday))",
        r.month_day,
    ),
    (
        "D8",
        r"\b(?:on|by|for|until|till) (?:the )?{NTH}(?! (?:floor|time|street|st|avenue|one|option|of|appointment|visit|session|birthday))",
        r.month_day,
    ),
    ("D8", r"\b(?:on|for) the (?P<day>\d{1,2})\b(?![:/.]\d|-)(?! ?(?:am|pm|o'clock)){NOUNS}", r.month_day),
    ("D8", r"\bthe (?P<day>\d{1,2})(?= (?:at|in the|please|pls|works?|is)\b| ?[,.!?]| ?$)", r.month_day),
    ("D8", r"\bon (?:the )?(?P<day>first|second)(?= (?:at|in the|please)\b| ?[,.!?]| ?$)", r.month_day),
    ("D8", r"\bon (?P<day>\d{1,2})(?= at\b| ?[,.!?]| ?$)", r.month_day),
    ("D13", r"\b(?:on )?the (?:3[2-9]|[4-9]\d)(?:st|nd|rd|th)(?= ?(?:$|[,.!?;]|at\b|in the\b|please\b))", r.impossible),
    ("D1", r"\b(?:the )?(?:next|following) day\b", r.relative(1)),
    (
        "D8",
        r"(?<![\w~]){NTH}(?= ?(?:$|[,.!?;]|at\b|in\b|around\b|or\b|please\b|works?\b|morning|afternoon|evening|is\b|\d|[DTP]))",
        r.month_day,
    ),
)
