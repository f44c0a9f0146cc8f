"""English talk: corrections, refusals, moves, choices, things told in passing."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when.talk import Talk, pattern

_CANT = (
    r"(?:(?:i |we )?(?:can't|cannot|can not|couldn't|won't|will not|am not|'m not|don't|i'm not|we're not)(?! you)(?: \w+){0,2}|(?:doesn't|does not|won't|isn't|is not|"
    r"wouldn't|don't|aren't) (?:work|suit|good|great|possible|do|going to|ideal|an option|be|free|available|fit)\w*|(?:is|are) (?:no good|bad|impossible|"
    r"out|not|too (?:early|late|soon)|tough|tricky|off|taken)|no good|i'm (?:busy|away|working|out|booked|at work|tied up)|i work|i have (?:work|class)|i've got work|"
    r"(?:are|is) out)"
)

TALK = Talk(
    between=(
        pattern(
            r"\b(?:between|from|any ?time from|any ?time between) (?:the )?(?P<a>[DT]) (?:and|to|until|through|thru|-|til) (?:the )?(?P<b>[DT])"
        ),
        pattern(r"(?P<a>[DT]) ?(?:to|through|thru|-|until) ?(?:the )?(?P<b>[DT])"),
    ),
    open_start=pattern(
        r"\b(?:any ?time |sometime )?(?:after|from|past|not before|no earlier than|not until|as of|starting(?: from| on| at)?|(?<!no )(?<!not )later than|beyond) (?:the |around |about )?(?P<a>[DT])"
        r"(?P<on>,? (?:on|onwards?|and (?:later|after|onwards?)|forward))?"
        r"|(?P<a2>[DT]),? (?:onwards?|or later|or after(?! (?:the )?[DT])|and later|forward|and after)\b"
    ),
    open_end=pattern(
        r"\b(?:any ?time |sometime )?(?:before|until|by|no later than|up to|not (?:later than|after|past)|earlier than|prior to|at the latest by) (?:the )?(?P<a>[DT])|(?P<a2>[DT]) (?:or (?:earlier|before|sooner)|at the latest)\b"
    ),
    week_of=pattern(
        r"\b(?:the )?(?:week commencing|w/c|wc|week beginning|week starting|w/b|week of)(?: on)? (?:the )?(?P<a>D)"
    ),
    day_before=pattern(r"\b(?:the day|a day|(?P<n>\d+) days?) before (?:the )?(?P<a>D)"),
    day_after=pattern(r"\b(?:the day|a day|(?P<n>\d+) days?) after (?:the )?(?P<a>D)"),
    correction=pattern(
        r"\b(?:no,? (?:wait|sorry|actually|make|rather|no|i mean|scratch)|actually|make (?:it|that)|scratch that|sorry|i mean(?:t)?|or rather|"
        r"rather|instead make|correction|oops|my (?:bad|mistake)|on second thoughts?|wait|better(?: yet| make it)?|changed my mind|nope|hold on|let's (?:say|do|make it)|nevermind|never mind)\b"
    ),
    drops=(
        (
            "C1",
            pattern(
                r"\bnot (?:on |at |the |this |for )*(?P<drop>{X})[,. -]* ?(?:but |rather |it's |i (?:said|meant) )?(?:on |at |the |for )*(?={X})"
            ),
        ),
        (
            "C1",
            pattern(
                r"(?P<drop>{X})[,?. -]* ?(?:oh |ah |wait,? |sorry,? |hmm,? )*(?:no|nope|nah)[,. ]+(?:sorry,? |wait,? |make it |on |at |the |i meant |i mean )*(?={X})"
            ),
        ),
        ("C1b", pattern(r"{X},? (?:and )?not (?:on |at |the |this )*(?P<drop>{X})")),
        ("C2", pattern(r"\b(?:instead of|rather than|in place of) (?:on |at |the |my |it being )*(?P<drop>{X})")),
        ("C3", pattern(r"\b(?:neither|nor) (?:on |at |the |in )*(?P<drop>{X})")),
        (
            "C3",
            pattern(
                r"\b(?:any ?(?:day|time|thing)|all(?: days| week)?|every ?day|whenever|always|anything|free) (?:\w+ ){0,2}?(?:but|except(?: for| on)?|apart from|other than|besides|excluding|bar) (?:on |at |the |for )*(?P<drop>{X}(?:,? (?:and|or|&) (?:on )?{X})*)"
            ),
        ),
        (
            "C3",
            pattern(
                r"\b(?:except(?: for| on)?|apart from|other than|excluding|anything but|any day but) (?:on |at |the )*(?P<drop>{X}(?:,? (?:and|or|&) (?:on )?{X})*)"
            ),
        ),
        (
            "C3",
            pattern(
                r"(?P<drop>{X}(?:,? (?:and|or|&|nor) (?:on |at )?{X})*),? (?:unfortunately |sadly |really |just |probably |definitely |either )*"
                + _CANT
                + r"(?! ?\?)"
            ),
        ),
        (
            "C3",
            pattern(
                r"\b(?:i|we|it|that|which)?(?: really| just| unfortunately| definitely)? ?(?:can't|cannot|can not|couldn't|won't be able to|will not|not able to|unable to|don't (?:want|like|do|have)|"
                r"not (?:free|available|around|good|in town)|i'm not|busy|away|out of town|tied up|working|unavailable|won't)(?: to)?(?: (?:do|make|make it|come|come in|be there|attend|free|available|it|around|here|be|manage|on|at|in|the|by|for|any|go))* (?P<drop>{X}(?:,? (?:and|or|nor|&) (?:on |at |the )*{X})*)"
            ),
        ),
        ("C3", pattern(r"(?:^|[,.;] ?)(?:but )?not (?:on |at |the |in )*(?P<drop>{X})")),
    ),
    clause=pattern(
        r"[.;!?]+|,(?! ?(?:at|in|on|around|about|the) ?(?:the )?[TPH])|\b(?:and|then)\b(?! (?:the )?[DTPRH])|\b(?:but|so|because|cause|cos|therefore)\b|\bbefore(?= (?:the |my |our )?[a-z])|\bcan i\b|\bcould\b|\b(?=after [TD])"
    ),
    event=pattern(
        r"\b(?:wedding|married|marry|fly|flying|flight|flights|trip|travel\w*|birthday|bday|b-day|party|interview|exam|graduation|graduate|anniversary|(?<!bank )holiday|[4-9]\dth|vacation|concert|"
        r"prom|born|christening|funeral|conference|meeting|moving house|leave for|leaving for|leave on|leaving|due|surgery|payday|paid|date night|event|dinner|gala|meetings|photoshoot|photo shoot|dob|recital|game|i work|i finish|finish work|get off|turns \d+|off work|my shift|my class|i have class|i have work|school|call (?:me|you|back)|let you know|i'll (?:confirm|check|tell you|get back to you)|get back to you|talk(?: to you| soon)?|text me|remind me|ring me|email me)\b"
    ),
    request=pattern(
        r"\b(?:appointment|appt|book\w*|schedule|slot|slots|available|availability|need|want|like|can i|could i|come in|squeeze|fit me|do you have|have you got|any chance|opening|reserve|is there|how about|what about|trim|haircut|anything)\b"
    ),
    past=pattern(
        r"\b(?:came|went|was(?! (?:wondering|hoping|thinking|looking|going|just|meant|supposed|to be))|were(?! (?:wondering|hoping|thinking|looking))|(?:i|we) had|visited|saw|last came|cut my|arrived|showed up)\b"
    ),
    move=pattern(
        r"\b(?:mov(?:e|ed|ing)|reschedul\w*|chang(?:e|ed|ing)|push\w*|shift\w*|switch\w*|swap\w*|bring|brought|postpon\w*|transfer|rebook\w*|bump|delay)\b"
    ),
    existing=pattern(
        r"\b(?:i have|i've got|i've|i had|we have|have|had|i'm booked|booked(?: in)?|my|currently|scheduled|the)(?: \w+){0,2}? ?(?:an?|my|the)? ?(?:appointment|appt|booking|booked|slot|reservation|scheduled|session|one)[^DTPRH]{0,20}?(?P<drop>{X})"
    ),
    either=pattern(r"[DTPRH],?(?: [a-z]+){0,3} (?:or)\b[^DTPRH.;]{0,25}[DTPRH]"),
    keeps_time=pattern(r"\bsame time\b"),
    negated_bound=pattern(
        r"\b(?:can't|cannot|can not|couldn't|not|unable to|won't|don't)(?: (?:make it|come|come in|do|be there|make|do it|anything|want|it|any ?time|get there))* $"
    ),
)
