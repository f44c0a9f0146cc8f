"""English N1: what only looks like a date: greetings, wishes, habits, prices, numbers, streets, ages, durations."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when.grammar import masks
from pulpo_booking.when.macros_en import MACROS

MASKS = masks(
    MACROS,
    r"\b(?:open|close|closes|opens) (?:at|until|till|by|from) \d{1,2}(?::\d\d)?(?: ?[ap]m)?\b",
    r"\b(?:all|it|everything|nothing|enough)(?: else| i need)? (?:for )?today\b|\btoday'?s date\b|\bdate (?:is )?(?:of )?today\b",
    r"\bgood (?:morning|afternoon|evening|night|day)\b|^(?:morning|afternoon|evening)(?= ?[!,.]| (?:all|everyone|there))",
    r"\b(?:have|having|had|enjoy|wish(?:ing)? you) (?:a |an |the |your |rest of )*(?:really |very )?(?:nice|great|good|lovely|"
    r"wonderful|fab|fantastic|super|amazing|excellent|fun|blessed|fab|rest of (?:the|your)|enjoy your) "
    r"(?:W\d(?: \w+)?|weekend|day|morning|afternoon|evening|night|week|christmas)\b",
    r"\b(?:happy|merry) (?:W\d|christmas|new year'?s?(?: eve)?|halloween|easter|thanksgiving|valentine'?s(?: day)?|weekend"
    r"|holidays)\b",
    r"\b(?:see|talk to|speak to|catch|ttyl|talk|speak) (?:you |u |ya )?(?:later|soon)\b|(?<!hour )(?<!hours )(?<!minutes )\blater(?: on)?\b(?! (?:than|today|this))"
    r"|\bas soon as (?:possible|you can|u can)\b|\basap\b|\bsooner or later\b",
    r"\b(?:every|each|most|all) (?:\w+ )?(?:W\ds?|day|week|month|morning|afternoon|evening|weekend)\b",
    r"\b(?:are you|r u|do you|do u|does|is it|is the \w+|you guys|do they|are they|what time|when)\b[^.?!;]*?"
    r"\b(?:open|close|closed|work|opening|closing|available)\b[^.?!;,]*?\b(?:W\ds\b|weekend\b|holidays\b|bank holidays?\b)",
    r"\b24 ?/ ?7\b|\b(?:do|does|are|is) (?:you|they|\w+) (?:\w+ )?(?:on )?W\ds\b|\b(?:open|close|closed|work) (?:from )?W\d ?(?:to|-|through|thru) ?W\d",
    r"\b(?:opening|business|working) hours\b[^.?!;]*|\b(?:open|closed?|work) (?:on )?(?:W\ds|holidays|weekends)\b",
    r"(?:\$|£|€|usd|eur|gbp) ?\d[\d.,]*(?:-\d+)?|\b\d[\d.,]* ?(?:\$|£|€|%|euros?|dollars?|bucks|pounds?|quid|usd|gbp)",
    r"\+?\(?(?<!\d)(?!(?:19|20)\d\d[-. ]\d\d?[-. ])\d{3,}\)?[ .-]\d[\d .-]{4,}\d|\b\d{3}-\d{4}\b|\b\d{5,}\b|(?<!\bat )\b(?!20\d\d)(?!0[6-9][0-5]\d ?(?:$|[,.!?;]|on\b|W\d|please\b))\d{4}\b(?! ?(?:am|pm|hours))"
    r"|\b\d{1,3}(?:,\d{3})+\b",
    r"\b(?:number|phone|mobile|cell|id|ssn|passport|code|pin|zip|postcode|ref(?:erence)?|order|#) ?(?:number|no\.?|is|:|#)?"
    r"(?: is|:)? ?(?:\d[\d .-]*\d{3}|[a-z]?\d+[a-z\d-]*)",
    r"\b(?:number|no\.?|guard|clipper|grade|size|shade|colou?r|tone|level|formula|option|step|room|floor|flat|apt|unit|"
    r"suite|chair|table|party|group|bus|line|gate|top|episode|chapter) (?:of |for |is |# ?)?\d+(?:[./]\d+)?",
    r"\ba \d(?:\.\d)? (?:on|at|fade|all over|back and sides|guard|up top)\b|\b\d(?:\.\d)? (?:on the (?:sides?|back|top)|guard)\b"
    r"|\b(?:fade|skin|blend|zero) (?:\w+ )?(?:to|from|into) (?:a )?\d\b",
    r"\bat \d+[a-z]? (?:[a-z]+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|boulevard|square|way|court|ct|"
    r"place|pl|close|row)\b|\b\d+[a-z]? (?:(?:[a-z]+|M\d\d) ){0,2}(?:street|road|rd|avenue|ave|lane|ln|drive|blvd|boulevard|way|court)\b"
    r"|\b(?:M0\d|\d+(?:st|nd|rd|th)) (?:street|st|avenue|ave|road|floor|time|visit|session|appointment|anniversary|grade)\b",
    r"\b\d+(?:\.\d+)?[ -](?:years?|yrs?|months?|weeks?)[ -]olds?\b|\b(?:aged?|turn(?:s|ed|ing)?|i'm|is|she's|he's) \d{1,2}"
    r"(?= ?(?:$|[,.!;]| and\b| now\b| years?\b| yrs?\b))(?! ?(?:am|pm)|\.\d)|\b\d+ ?(?:yo|y/o|yrs? old)\b",
    r"\b(?:for|takes?|lasts?|took|about|is|under|over|less than|more than|at least|of|only|every|it's|be|spend|a|another|"
    r"an) (?:about |around |only )?(?:half an hour|an hour and a half|(?:\d+|an?|one|a couple of|a few)(?:[ -]|\.\d )?"
    r"(?:hours?|minutes|minute|days?|weeks?|months?|years?)\b)(?<!3 quarters of an hour)(?! (?:from|on|later|today|tomorrow|before|after|hence|ago|W\d))"
    r"(?! (?:earlier|later|past|to|after|before))",
    r"\b(?:one|a|1|wait a|just a|half a|hang on a|give me a) (?:second|sec|moment|moment|mo)\b|\bin a (?:minute|min|minutes|"
    r"second|sec|bit|while|moment)\b|\bsecond (?:one|opinion|time|floor|chair|thought|look)\b|\b(?:for|at|the) first "
    r"(?:time|available|one|slot|opening|visit|appointment)\b|\bfirst(?:ly)?,|\bsecond hand\b",
    r"\b(?:i |i'm |we |he |she |was |is |be |are |were |been |running |too |bit |so )(?:was |am |are |will be |be |running |"
    r"a bit |a little |very |too )*late\b|\btoo (?:late|early)\b|(?<!hour )(?<!hours )(?<!minutes )\bearlier\b(?! than)|\b(?:some day|one day|someday|any ?time)\b(?= ?$)",
)
