"""English: the patterns of times, hours from-to and halves of the day. `TIME_RANGES` go before dates, the rest after."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when import readings as r
from pulpo_booking.when import times as t
from pulpo_booking.when.grammar import rules
from pulpo_booking.when.macros_en import MACROS, SUFFIX

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
    (
        "R3",
        r"(?:^|(?<=[,.;] )|(?<=tomorrow )|(?<=today )){TIME1} ?(?:-|to|until) ?{TIME2}(?= ?$| ?[,.!?;]| on\b| (?:W\d|tomorrow|today|works|please|pls)){NOUNS}",
        t.time_range,
    ),
    (
        "R3",
        r"\b(?:between|(?P<move>from)) (?=(?:half \d|\d{1,2} ?(?:and|to|-|until|till) half))(?:(?P<y1>half) )?(?P<h1>\d{1,2}) ?"
        r"(?:and|to|-|until|till) ?(?:(?P<y2>half) )?(?P<h2>\d{1,2})(?![\d:])",
        t.time_range,
    ),
    ("R3", r"(?<=D\x01) {TIME1} ?(?:-|to|until) ?{TIME2}{NOUNS}", t.time_range),
)

TIMES = rules(
    MACROS,
    ("T6", r"\bin (?:about |around |like )?(?P<half>half an hour|half hour)\b{STILL}", r.in_time),
    (
        "T6",
        r"\bin (?:about |around )?(?P<anhour>an|one) hour(?: and (?:(?P<half>a half|half)|(?P<quarter>a quarter)))?(?:'s time)?\b{STILL}",
        r.in_time,
    ),
    (
        "T6",
        r"\bin (?:about |around |like )?(?P<h>\d{1,2})(?P<half> and a half|\.5)? hours?(?:'? time)?(?:(?: and)? (?P<min>\d{1,2}) minutes)?\b{STILL}",
        r.in_time,
    ),
    ("T6", r"\bin (?:about |around |like )?(?:a )?(?P<min>\d{1,3}) minutes?(?:'? time)?\b{STILL}", r.in_time),
    ("T6", r"\bin (?:about )?(?P<couple>a couple(?: of)?) hours\b", r.in_time),
    ("T6", r"(?<!day )(?<!days )\b(?P<h>\d{1,2}) hours (?:from now|later)\b", r.in_time),
    ("T6", r"\b(?P<half>half an hour) from now\b", r.in_time),
    ("T6", r"\b(?P<anhour>an|one) hour from now\b", r.in_time),
    ("T6", r"\b(?P<min>\d{1,3}) minutes (?:from now|later)\b", r.in_time),
    ("T6", r"\bin (?P<threequarters>3 quarters of an hour)(?:'s time)?\b", r.in_time),
    ("T3", r"\bhalf past (?:noon|midday)\b", t.fixed(12, 30)),
    ("T3", r"\b(?:12 ?)?(?:at )?(?:noon|mid-? ?day|noontime|12 lunchtime|high noon)(?:-?ish)?\b", t.fixed(12)),
    ("T2", r"\b(?:12 ?)?(?:midnight|mid-night|mid night)\b", t.fixed(0)),
    ("T2", r"(?:\b(?:at|@) ?)?\b(?P<digits>\d{3,4}) ?(?P<ap1>am|pm)\b", t.digits_time),
    ("T2", r"(?:\bat )?\b(?P<digits>0[6-9][0-5]\d)(?= ?(?:$|[,.!?;D]|on\b|please\b))", t.clock_digits),
    ("T2", r"(?:\bat )?\b(?P<h1>[01]\d|2[0-3])(?P<m1>[0-5]\d) ?hours\b", t.sure_time),
    ("T2", r"\bat (?P<h1>[01]\d|2[0-3])(?P<m1>[0-5]\d)\b", t.sure_time),
    (
        "T1",
        r"(?:\b(?:at|by|around|about|for) )?(?:{AROUND} )?\b(?:a )?(?P<y1>3 quarters|quarter|half|\d{1,2})(?: minutes)? (?:past|after) "
        r"(?P<h1>\d{1,2}|one)(?!\d)(?P<pt1> o[' ]?clock)?"
        + SUFFIX.replace("#", "1").replace("(?P<pt1> ?o[' ]?clock)?", ""),
        t.sure_time,
    ),
    (
        "T1",
        r"(?:\b(?:at|by|around|about|for) )?(?:{AROUND} )?\b(?:(?:a )?(?P<l1>quarter|(?:20|25)|\d{1,2}(?= minutes))(?: minutes)? (?:to|of|til|before|until)) "
        r"(?P<h1>\d{1,2}|one)(?::(?P<m1>\d\d)| (?P<s1>[0-5]\d))?(?!\d)(?P<pt1> o[' ]?clock)?"
        + SUFFIX.replace("#", "1").replace("(?P<pt1> ?o[' ]?clock)?", ""),
        t.sure_time,
    ),
    (
        "T1",
        r"(?:\bat )?\b(?P<y1>half) (?P<h1>\d{1,2}|one)(?![\d:])" + SUFFIX.replace("#", "1") + r"{NOUNS}",
        t.sure_time,
    ),
    (
        "T1",
        r"(?<![\w/.:$-])(?P<intro>(?:\b(?:at|{AROUND})|@) ?)?(?:{AROUND} |at )?\b{TIME1}(?![\d/]|st\b|nd\b|rd\b|th\b|-\d| \d){NOUNS}",
        t.spoken_time,
    ),
    (
        "T1",
        r"\b(?:after|before|past|until|by|from|since|than|make it|change it to|move it to|it to|appointment to|meant|mean|say|let's do|can we do|could we do|could you do|can you do|let's go with|go for|rather|prefer) (?P<claim>{CORE1}){NOUNS}(?![\d/-]|st\b|nd\b|rd\b|th\b| ?(?:W|M)\d| (?:a|an|the)\b)(?= ?(?:$|[,.!?;]|instead|or|on|onwards?|please|pls|and|D|P|T|if|works?|tomorrow|would|is|but|then|thanks|for|with|be|too|also|so|because|since|when|will|are))",
        t.sure_time,
    ),
    (
        "T1",
        r"\b(?:in|down|booked|scheduled) for (?P<claim>{CORE1})(?= ?(?:$|[,.!?]|on\b|D|P|please|pls|instead))",
        t.sure_time,
    ),
    (
        "T2",
        r"\b(?P<ha1>morning|afternoon|evening|night),? (?P<claim>{CORE1})(?![\d/-]|st\b|nd\b|rd\b|th\b| ?(?:W|M)\d){NOUNS}",
        t.sure_time,
    ),
    ("C4", r"(?<![\w/.:$-])(?P<claim>{CORE1}) or (?=(?:1[0-2]|[1-9]) (?:on )?D)", t.sure_time),
    (
        "C4",
        r"T\x01*,? ?(?:or|and|/|-|,|or maybe|or even) (?:maybe |at )?(?P<claim>{TIME1}){NOUNS}(?![\d/-]|st\b|nd\b|rd\b|th\b| ?(?:W|M)\d)",
        t.sure_time,
    ),
    ("C4", r"(?<![\w/.:-])(?P<claim>{CORE1}) or (?:at )?T", t.sure_time),
    (
        "C1",
        r"T\x01*[^DTP?]{0,12}\b(?:sorry|actually|no|make (?:it|that)|i mean|rather|oops|wait|better)\b,? (?:make (?:it|that) |at |wait |wait, |i mean )*(?P<claim>{TIME1}){NOUNS}(?![\d/-]|st\b|nd\b|rd\b|th\b| ?(?:W|M)\d)",
        t.sure_time,
    ),
    ("T1", r"D\x01*,? (?P<claim>{TIME1})(?= ?(?:$|[,.!?;]|please|pls|if|works|or|for))", t.sure_time),
    ("T1", r"P\x01*,? (?P<claim>{TIME1})(?= ?(?:$|[,.!?;]|please|pls|if|works|or|for|on))", t.sure_time),
    ("T1", r"^(?P<claim>{CORE1}) (?:D|is fine|works)", t.sure_time),
)

PERIODS = rules(
    MACROS,
    (
        "P1",
        r"\b(?:first thing|early (?:in the )?morning|mid-?\s?morning|late morning|(?:in|on|during) the morning|morning|bright and early|early doors)(?: in the morning)?\b",
        t.period("morning"),
    ),
    ("P1", r"\b(?:(?:in|on|during) the )?(?:early |late |mid-? ?)?afternoon\b|\bafter lunch\b", t.period("afternoon")),
    (
        "P1",
        r"\b(?:(?:in|on|during) the )?(?:early |late )?evening\b|\blast thing\b|\bend of (?:the )?day\b|\beod\b|\bafter work\b",
        t.period("evening"),
    ),
    ("P1", r"\b(?:(?:at|in the|late at|during the) )?night\b", t.period("night")),
    ("P1", r"(?<=D\x01) early\b|\bearly (?:on )?(?=D)(?!D\x01* P)|\bearly,? (?:please|pls)\b", t.period("morning")),
)
