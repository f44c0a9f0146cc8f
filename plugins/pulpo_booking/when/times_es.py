"""Spanish: the patterns of times, hours from-to and halves of the day. `TIME_RANGES` go before dates, the rest after."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when import readings as r
from pulpo_booking.when import times as t
from pulpo_booking.when.grammar import rules
from pulpo_booking.when.macros_es import MACROS, SUFFIX

TIME_RANGES = rules(
    MACROS,
    (
        "R3",
        r"\b(?:entre|(?P<move>de|desde)|tipo)(?: como)?(?: a)? (?:{LAS} )?{TIME1} ?(?:y|a|hasta|e|-|o) (?:{LAS} )?{TIME2}(?! de M\d)(?![/\d])(?!,\d){NOUNS}",
        t.time_range,
    ),
    (
        "R3",
        r"(?<![\w/.:-])(?<!\bel )(?<!\bdia ){TIME1} ?(?:-|a|hasta) ?(?:{LAS} )?{TIME2}(?:(?<=am)|(?<=pm)|(?<=hs)|(?<=horas)|(?<=tarde)|(?<=manana)|(?<=noche))(?! de M\d)",
        t.time_range,
    ),
    ("R3", r"(?<![\w/.:-])(?P<h1>\d{1,2})[:.](?P<m1>\d\d) ?(?:-|a|hasta) ?(?:{LAS} )?{TIME2}(?!\d)", t.time_range),
    ("R3", r"\b{LAS} {TIME1} (?:hasta|y hasta) {LAS} {TIME2}{NOUNS}", t.time_range),
)

TIMES = rules(
    MACROS,
    ("T6", r"\b(?:en|dentro de|de aca a)(?: unos| unas)? (?P<half>media hora|media horita)\b", r.in_time),
    (
        "T6",
        r"\b(?:en|dentro de|de aca a)(?: como| unas| aprox\w*)? (?P<anhour>una|1) ?(?:hora|horita|h)(?: y (?:(?P<half>media)|(?P<quarter>cuarto)))?\b",
        r.in_time,
    ),
    ("T6", r"\b(?:en|dentro de|de aca a) (?P<threequarters>3 cuartos de hora)\b", r.in_time),
    ("T6", r"\b(?:en|dentro de|de aca a) (?P<anhour>hora) y (?:(?P<half>media)|(?P<quarter>cuarto))\b", r.in_time),
    (
        "T6",
        r"\b(?:en|dentro de|de aca a)(?: como| unas| aprox\w*)? (?:(?P<couple>un par de)|(?P<h>\d{1,2})) ?(?:horas|hora|hs|h|horitas)\b(?: y (?:(?P<half>media)|(?P<quarter>cuarto)|(?P<min>\d{1,2}) minutos))?",
        r.in_time,
    ),
    (
        "T6",
        r"\b(?:en|dentro de|de aca a)(?: como| unos| aprox\w*)? (?P<min>\d{1,3}) ?(?:minutos|minutitos|m)\b",
        r.in_time,
    ),
    ("T6", r"\b(?P<min>\d{1,3}) minutos a partir de ahora\b", r.in_time),
    ("T3", r"\b(?:a las? )?(?:12 )?(?:(?:al|el) )?(?:mediodia|medio dia|medio-dia|medidia)\b", t.fixed(12)),
    ("T2", r"\b(?:a |a la |la )?(?:medianoche|media noche)\b", t.fixed(0)),
    ("T2", r"(?:\ba? ?las? )?\b(?P<digits>\d{3,4}) ?(?P<ap1>am|pm)\b", t.digits_time),
    ("T2", r"(?:\ba? ?las? )?\b(?P<digits>[01]\d[0-5]\d|2[0-3][0-5]\d) ?(?:hs|horas|h)\b\.?", t.clock_digits),
    (
        "T1",
        r"(?:\b(?:a|para)(?: las?| el)? )?(?:{AROUND} )?\b(?:un )?(?:faltando |faltan )?(?P<l1>cuarto|\d{1,2})(?: minutos)? (?:para|antes de) (?:la|las) (?P<h1>\d{1,2}|una)(?:(?: y (?P<y1>media)| (?P<s1>30)))?(?!\d)"
        + SUFFIX.replace("#", "1"),
        t.sure_time,
    ),
    (
        "T1",
        r"\b(?P<y1>cuarto|media|\d{1,2})(?: minutos)? pasad[ao]s (?:de )?(?:la|las) (?P<h1>\d{1,2}|una)(?!\d)"
        + SUFFIX.replace("#", "1").replace("| pasadas", ""),
        t.sure_time,
    ),
    (
        "T1",
        r"(?<![\w/.:$-])(?P<intro>\b(?:{AROUND} )(?:a )?las |\blas (?:{AROUND} )?|\bla (?=una\b|1(?!\d))|\b(?:{AROUND})(?: a)?(?: las?)? |@ ?(?:las )?|\balas |\blas(?=\d)|\ba la (?=\d)|\ba (?=\d{1,2} ?(?:hs|$|y media))|\bas )?{TIME1}(?![/\d]|-\d| de M\d| del? \d{4})(?!,\d){NOUNS}",
        t.spoken_time,
    ),
    (
        "T1",
        r"(?:D|P)\x01*,? (?:a |x )?(?P<claim>{TIME1})(?= ?(?:$|[,.!?;]|porfa|por favor|puede|si\b|esta|tenes|te\b|o\b))",
        t.sure_time,
    ),
    ("C4", r"\b(?:tipo |las |)(?P<claim>{CORE1})(?=/\d{1,2} ?hs\b)", t.sure_time),
    ("C4", r"\b(?:tipo|las) (?P<claim>{CORE1})(?=/\d{1,2}\b(?!/))", t.sure_time),
    (
        "C4",
        r"T\x01*,? ?(?:o|u|y|/|-|,|o sino|o bien|o tipo) (?:tipo |a )?(?:las )?(?P<claim>{TIME1})(?![/\d]| de M\d){NOUNS}",
        t.sure_time,
    ),
    (
        "C1",
        r"T\x01*[^DTP?]{0,14}\b(?:perdon|digo|no|mejor|corrijo|sorry|perdona|perdoname|quise decir|ponele|que sea)\b,? (?:a |mejor |digo |tipo |que sea )*(?:las )?(?P<claim>{TIME1})(?![/\d]| de M\d){NOUNS}",
        t.sure_time,
    ),
    (
        "T1",
        r"\b(?:despues de|antes de|a partir de|desde|hasta|luego de|tras|pasadas) (?:las )?(?P<claim>{CORE1})(?= ?(?:$|[,.!?;]|[DTP]|y\b|o\b|en adelante|porque|si\b|me\b|puedo|que\b|mejor)){NOUNS}",
        t.sure_time,
    ),
)

PERIODS = rules(
    MACROS,
    (
        "P1",
        r"\b(?:a |en |para |de )?(?:la )?(?:primera hora|primer hora|media manana)(?: de (?:la|el) (?:manana|dia))?\b(?! de la tarde)|\ba media manana\b",
        t.period("morning"),
    ),
    ("P1", r"\b(?:a |en )?(?:la )?(?:ultima hora)(?: de la manana)\b", t.period("morning")),
    ("P1", r"\b(?:a |en )?(?:la )?(?:primera hora|ultima hora|media) (?:de la )?tarde\b", t.period("afternoon")),
    (
        "P1",
        r"\b(?:a |en |de )?(?:la )?(?:ultima hora|ultimo turno)\b(?: de la noche)?|\bal final del dia\b",
        t.period("evening"),
    ),
    (
        "P1",
        r"\b(?:a|por|en|de|para|x|durante) la (?:mananita|manana)\b|\b(?:la|por las|en las|las) manana\b|\bde manana\b|\b(?:cualquier|alguna|una) manana\b|(?<=[DR\x01] )manana\b",
        t.period("morning"),
    ),
    ("P1", r"\b(?:bien |muy |lo mas |re )?(?:temprano|tempranito|tempra)\b", t.period("morning")),
    (
        "P1",
        r"\b(?:a|por|en|de|para|x|durante|esa) las? (?:tarde|tardecita|siesta)\b|\b(?:la |las )(?:tarde|tardecita)\b|\b(?:de|x|por) tarde\b|(?<=[DR\x01] )(?:tarde|tardecita)\b|\b(?:cualquier|alguna|una) tarde\b|^tarde\b|\btardecita\b|\bla siesta\b",
        t.period("afternoon"),
    ),
    (
        "P1",
        r"\b(?:a|por|en|de|para|x|durante) las? (?:noche|noches|nochecita)\b|\b(?:la |las )(?:noche|nochecita|noches)\b|\b(?:de|x|por) noche\b|(?<=[DR\x01] )noche\b|\b(?:cualquier|alguna|una) noche\b|^noche\b|\bnochecita\b",
        t.period("night"),
    ),
)
