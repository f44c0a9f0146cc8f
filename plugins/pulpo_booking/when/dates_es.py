"""Spanish: the patterns of dates and stretches of days, tried in this order (D, N2, R1, R2, R4, and P1's today)."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when import ranges as g
from pulpo_booking.when import readings as r
from pulpo_booking.when import times as t
from pulpo_booking.when.grammar import rules
from pulpo_booking.when.macros_es import MACROS

_SEM_NEXT = (
    r"(?:(?:la|esa|una|en la|para la) )?(?:(?<!fin de )semana(?: la)? (?:que|ke) (?:viene|entra|sigue|vine)|(?:proximo|siguiente|entrante|otra) semana|"
    r"semana (?:proximo|siguiente|entrante|venidera)|semana que biene)"
)

DATES = rules(
    MACROS,
    ("D11", r"\b(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)(?:t(?=\d\d:))?", r.iso),
    (
        "D11",
        r"(?<![\w/.:-])(?:{WD},? ?(?:el )?)?(?P<a>\d{1,2})([-/.]) ?(?P<b>\d{1,2})(?:\3|,|\.| del? ) ?(?P<year>(?:19|20)\d\d|\d\d)(?![\d/:]|-\d)(?! ?(?:am|pm|hs)\b)",
        r.numeric,
    ),
    (
        "D11",
        r"(?<![\w/.:$-])(?<!tipo )(?<!las )(?:{WD},? ?(?:el )?)?(?P<a>\d{1,2}) ?/ ?(?P<b>\d{1,2})(?![\d/])(?! ?hs\b)",
        r.numeric,
    ),
    (
        "D11",
        r"\b(?:el|al|del|dia|W\d)(?: dia)? (?P<a>\d{1,2})[-.](?P<b>\d{1,2})(?![\d/.:-])(?! ?(?:am|pm|hs|de la)\b)",
        r.numeric,
    ),
    ("D11", r"(?<![\w/.:$-])(?=\d\d-0|0\d-)(?P<a>\d\d)-(?P<b>\d\d)(?![\w/:.-])", r.numeric),
    ("D11", r"\b(?:el )?(?P<a>\d{1,2}) del (?P<b>1[0-2]|0?\d)\b(?! ?(?:hs|:|am|pm))", r.numeric),
    (
        "R4",
        r"(?:\b(?:entre|(?P<move>del?|desde))(?: el| los| los dias)? )?(?:dias? )?(?<!\w)(?P<a>\d{1,2}) ?(?:al?|-|y|hasta)(?: el)? (?:dia )?(?P<b>\d{1,2}) de (?:{MONTH}{YEAR}|(?P<nextmonth>proximo mes|mes que viene))",
        g.day_span,
    ),
    (
        "R4",
        r"\b(?:entre el|(?P<move>del|desde el))(?: dia)? (?P<a>\d{1,2}) ?(?:al?|y|-|hasta)(?: el)?(?: dia)? (?P<b>\d{1,2})\b(?! ?(?:hs|:|am|pm|de la|de M|del))(?!/)",
        g.day_span,
    ),
    (
        "D14",
        r"\b(?:el )?{ORD} {WD} (?:de |del )(?:{MONTH}{YEAR}(?P<nextyear> del ano que viene)?|(?:mes que viene|proximo mes)(?P<nextmonth>)|(?P<thismonth>este mes)|mes|(?P<newyear>ano nuevo|nuevo ano|proximo ano|ano que viene|ano proximo|ano entrante|ano))\b",
        r.nth_weekday_of,
    ),
    (
        "D14",
        r"\b(?:el )?(?P<nth>primer|ultimo) dia (?:de|del) (?:{MONTH}{YEAR}|(?P<nextmonth>mes que viene|proximo mes)|(?:este )?mes)\b",
        r.last_day_of_month,
    ),
    # D15
    ("D15", r"\b(?:la )?(?:nochebuena|noche buena|vispera de navidad)\b", r.named(12, 24)),
    ("D15", r"\b(?:el |la )?(?:dia de )?navidad\b", r.named(12, 25)),
    (
        "D15",
        r"\b(?:la )?(?:nochevieja|noche vieja|fin de ano|vispera de ano nuevo|ultimo dia del ano)\b",
        r.named(12, 31),
    ),
    ("D15", r"\b(?:el )?(?:dia de )?ano nuevo\b|\bprimer dia del ano\b", r.named(1, 1)),
    (
        "D15",
        r"\b(?:el )?(?:dia de (?:los )?)reyes(?: magos)?\b|\breyes magos\b|\ben reyes\b|\bpara reyes\b|\bepifania\b",
        r.named(1, 6),
    ),
    ("D15", r"\b(?:noche|vispera) de reyes\b", r.named(1, 5)),
    ("D15", r"\b(?:dia de )?(?:san valentin|los enamorados)\b", r.named(2, 14)),
    ("D15", r"\b(?:dia de )?los inocentes\b|\bdia de (?:los )?santos inocentes\b", r.named(12, 28)),
    ("D15", r"\bdia de (?:los )?muertos\b|\bdia de los difuntos\b", r.named(11, 2)),
    ("D15", r"\b(?:dia de )?todos los santos\b", r.named(11, 1)),
    ("D15", r"\bhallowe'?en\b|\bnoche de brujas\b", r.named(10, 31)),
    ("D15", r"\bdia (?:del|de los) trabajad?or(?:es)?\b|\bdia del trabajo\b", r.named(5, 1)),
    ("D15", r"\bdia de la hispanidad\b|\bdia del pilar\b|\bdia de la raza\b", r.named(10, 12)),
    ("D15", r"\b(?:dia de )?la inmaculada\b", r.named(12, 8)),
    ("D15", r"\bdia de la constitucion\b", r.named(12, 6)),
    ("D15", r"\b(?:noche|vispera) de san juan\b", r.named(6, 23)),
    ("D15", r"\bdia de san juan\b", r.named(6, 24)),
    ("D15", r"\bW4 santo\b", r.named_easter(-2)),
    ("D15", r"\bW3 santo\b", r.named_easter(-3)),
    ("D15", r"\bsabado santo\b|\bW5 (?:santo|de gloria)\b", r.named_easter(-1)),
    ("D15", r"\bW6 de (?:pascuas?|resurreccion)\b", r.named_easter(0)),
    ("D15", r"\bW6 de ramos\b", r.named_easter(-7)),
    ("D15", r"\blunes de pascua\b|\bW0 de pascua\b", r.named_easter(1)),
    # D10, D8, D9
    (
        "D10",
        r"(?:{WD},? ?(?:el )?(?:dia )?)?(?:\bel )?(?:dia )?\b{DAY}(?: del?| ?[-/])? ?(?:mes de )?{MONTH}{YEAR}",
        r.day_month,
    ),
    (
        "D10",
        r"(?:{WD},? ?)?(?:\bel )?\b{MONTH},? ?(?:el )?(?P<day>\d{1,2}|primero)(?![\d:/]|\.\d)(?! ?(?:am|pm|hs)\b){YEAR}",
        r.day_month,
    ),
    (
        "D8",
        r"\b(?:el )?(?:dia )?{DAY},? (?:de |del )(?:mes que viene|proximo mes|mes proximo|mes siguiente|mes entrante|mes que entra|otro mes)\b",
        r.month_day_ahead(1),
    ),
    (
        "D8",
        r"\b(?:el )?(?:dia )?{DAY} (?:de |del )(?:este mes|mes en curso|presente mes|corriente)\b",
        r.month_day_ahead(0),
    ),
    ("D8", r"\b(?:el )?(?:dia )?{DAY} de(?:l| cada| ) ?mes\b", r.month_day),
    (
        "D9",
        r"(?:\bel )?\b{WD}(?: que viene| proximo)?,? ?(?:el )?(?:dia )?{DAY}(?! ?(?:hs|h\b|horas|am\b|pm\b|:|y (?:media|cuarto|15|30|45)\b|menos|en punto|de la (?:tarde|manana|noche)))(?![/:.-]\d){NOUNS}",
        r.weekday_and_day,
    ),
    ("D9", r"\b(?:el )?(?:dia )?{DAY},? ?\(?(?:que (?:es|cae|cae en)|es|cae) ?(?:el |un )?{WD}", r.weekday_and_day),
    ("D9", r"\bel (?:dia )?{DAY},? ?\(?{WD}", r.weekday_and_day),
    # N2
    ("N2", r"\b(?:anteayer|antier|antes de ayer|antes de anoche|anteanoche)\b", r.past_relative(2)),
    ("N2", r"\b(?:ayer|anoche|ayr)(?: a la noche| a la tarde| por la tarde)?\b", r.past_relative(1)),
    ("D6", r"\b(?:el )?{WD} (?P<last>anterior|previo|de antes)\b", r.weekday_before),
    ("D6", r"\b(?:el )?dia (?:anterior|previo|de antes|antes)\b(?! (?:de|al?)\b)", r.day_before),
    ("N2", r"\b(?:el |este )?{WD} (?:pasado|ultimo)\b(?! manana)", r.past_weekday),
    ("N2", r"\b(?:el )?(?:pasado|ultimo) {WD}", r.past_weekday),
    (
        "N2",
        r"\b(?:la|el|los|las) (?:semana|mes|ano|finde|fin de semana|vez|verano|meses|semanas) (?:pasad[oa]s?|anterior(?:es)?)\b|\b(?:el|la) (?:pasad[oa]|ultim[oa]) (?:semana|mes|ano|finde|vez)\b|\b(?:pasad[oa]|ultim[oa]) (?:semana|vez)\b",
        r.past_nothing,
    ),
    # D6, D7
    (
        "R1",
        r"\bno (?:es |para )?(?:esta|esa) semana,? (?:sino |si no |pero )?(?:la |en la )?(?:otra|que viene|siguiente|proximo|que sigue)\b",
        g.week(1),
    ),
    (
        "D6",
        r"\b(?:no )?(?:este|ese|el) {WD}(?: que viene)?,? no,? ?(?:(?:sino|si no|mejor) )?(?:el )?(?:otro|siguiente|que viene|proximo|de la otra semana|que sigue)\b",
        r.weekday_plus_weeks,
    ),
    (
        "D6",
        r"\bno (?:este|el) {WD}(?: que viene)?,? ?(?:sino |si no |pero )?(?:el )?(?:otro|siguiente|que viene|proximo|que sigue)\b",
        r.weekday_plus_weeks,
    ),
    ("D6", r"\b(?:del?|el|de el) {WD} en 8(?: dias)?\b", r.weekday_plus_weeks),
    ("D6", r"\b(?:del?|el) {WD} en 15(?: dias)?\b", r.weekday_in(2)),
    ("D6", r"\b(?:el )?{WD} (?:de|en) (?:la )?semana que viene no,? (?:la|el) (?:otra|otro)\b", r.weekday_of_week(2)),
    (
        "D6",
        r"\b(?:el )?{WD},? ?(?:pero )?(?:de|en) (?:la )?(?:subsiguiente semana|semana subsiguiente|semana despues de la que viene)\b",
        r.weekday_of_week(2),
    ),
    ("D6", r"\b(?:el |este )?{WD},? ?(?:pero |mismo )*(?:de |en |d )?" + _SEM_NEXT + r"\b", r.weekday_of_week(1)),
    ("D6", _SEM_NEXT + r",? ?(?:el |tipo |capaz |puede ser |digamos |- ?|:|\.\.\.)*{WD}", r.weekday_of_week(1)),
    ("D6", r"\b(?:el )?{WD} (?:de|en) (?:esta|la) semana\b(?! que| prox| entr| sig)", r.weekday_of_week(0)),
    ("D6", r"\besta semana,? (?:el )?{WD}", r.weekday_of_week(0)),
    (
        "D7",
        r"\b(?:de )?(?:hoy|oy) en 8(?: dias)?\b|\b(?:en |dentro de |de aca a |de aqui a )(?:1|una) semana\b",
        r.relative(7),
    ),
    ("D7", r"\b(?:de )?hoy en 15(?: dias)?\b", r.relative(14)),
    ("D7", r"\b(?:de )?manana en 8(?: dias)?\b", r.relative(8)),
    ("D7", r"\b(?:de )?manana en 15(?: dias)?\b", r.relative(15)),
    ("D7", r"\b{IN} {N} semanas?\b", r.in_weeks),
    ("D7", r"\b{IN} {N} dias?\b", r.in_days),
    ("D7", r"\b{IN} {N} mes(?:es)?\b", r.in_months),
    ("D7", r"\b(?:en|dentro de) (?:una )?quincena\b", r.relative(15)),
    # D1; "esta mañana" goes before "mañana"
    ("P1", r"\besta (?:noche|nochecita)\b", t.period_today("night")),
    ("P1", r"\besta (?:tarde|tardecita|siesta)\b", t.period_today("afternoon")),
    ("P1", r"\besta (?:manana|mananita)\b", t.period_today("morning")),
    (
        "D1",
        r"\b(?:pasado ?manana|el dia despues de manana|pasadomanana|(?:el )?dia siguiente a manana)\b",
        r.relative(2),
    ),
    (
        "D1",
        r"(?:(?<=^)|(?<=para )|(?<=o )|(?<=,)|(?<=, )|(?<=mejor )|(?<=mejor para )|(?<=turno )|(?<=hoy )|(?<=manana )|(?<=el ))pasado(?= ?(?:$|[,.!?]|a la|a las|por la|en la|tipo|al mediodia|a eso|temprano|puede|esta bien|si\b))",
        r.relative(2),
    ),
    ("D1", r"\b(?:el dia de )?hoy(?: mismo| dia)?\b", r.relative(0)),
    (
        "D1",
        r"\b(?:turno|cita|reserva|consulta|visita|clase|sesion|partir|despues|antes|lo|dia|para el|desde el) de (?P<claim>manana)\b",
        r.relative(1, night_owl=True),
    ),
    (
        "D1",
        r"(?<!\bla )(?<!\bde )(?<![DR\x01] )(?<!las )(?<!media )\bmanana\b(?: mismo| sin falta)?",
        r.relative(1, night_owl=True),
    ),
    ("P1", r"\besta madrugada\b", r.relative(0)),
    # R1, R2
    ("R1", r"\b(?:la )?(?:semana subsiguiente|subsiguiente semana|semana despues de la que viene)\b", g.week(2)),
    (
        "R1",
        r"\b(?:a |para )?(?:principios?|comienzos?|inicios?|mediados?|fin(?:es|ales)) de (?:la )?"
        + _SEM_NEXT.replace("(?:(?:la|esa|una|en la|para la) )?", "(?:la )?")
        + r"\b",
        g.week(1, ambiguous=True),
    ),
    ("R1", r"\b(?:para |en |durante |alguno de |algun dia de |cualquier dia de )?" + _SEM_NEXT + r"\b", g.week(1)),
    ("R1", r"\b(?:en |durante )?(?:esta|lo que queda de la|el resto de la) semana(?: misma)?\b", g.week(0)),
    (
        "R1",
        r"\b(?:no (?:este |el )?(?:finde|fin de semana)(?: (?:{NEXT}))?|(?:este |el )?(?:finde|fin de semana)(?: (?:{NEXT}))? no),? (?:sino |si no |mejor )?el (?:otro|siguiente|que sigue|proximo)\b",
        g.weekend_after_next,
    ),
    ("R1", r"\b(?:el )?(?:proximo (?:finde|fin de semana)|(?:finde|fin de semana) (?:{NEXT}))\b", g.next_weekend_es),
    ("R1", r"\b(?:este |el |en el |al )?(?:finde|fin de semana|finde semana)(?: largo)?\b", g.weekend),
    (
        "R2",
        r"\b(?:a |para |en )?(?:principios?|primeros|comienzos?|inicios?|los primeros dias) (?:de |del ){MES}\b",
        g.stretch(1, 10),
    ),
    ("R2", r"\b(?:a |para |en )?(?:mediados?|la mitad|mitad) (?:de |del ){MES}\b", g.stretch(11, 20)),
    (
        "R2",
        r"\b(?:a |para |en )?(?:fin|fines|final|finales|los ultimos dias|ultimos dias) (?:de |del ){MES}\b",
        g.stretch(21, 31),
    ),
    ("R2", r"\b(?:en )?(?:la )?primera semana (?:de |del ){MES}\b", g.stretch(1, 7)),
    ("R2", r"\b(?:en )?(?:la )?ultima semana (?:de |del ){MES}\b", g.stretch(25, 31)),
    ("R2", r"\b(?:la )?primera (?:quincena|mitad) (?:de |del ){MES}\b", g.stretch(1, 15)),
    ("R2", r"\b(?:la )?segunda quincena (?:de |del ){MES}\b", g.stretch(16, 31)),
    (
        "R1",
        r"\b(?:en |para |durante )?(?:el )?(?P<nextmonth>proximo mes|mes (?:que viene|proximo|siguiente|entrante|que entra))\b",
        g.stretch(1, 31),
    ),
    ("R1", r"\b(?:en |para |durante )?(?P<thismonth>este mes|este mismo mes)\b", g.stretch(1, 31)),
    (
        "R1",
        r"\b(?:en|para|durante|todo|este|proximo|por|algun dia de|en el mes de|mes de) {MONTH}(?! ?\d){YEAR}",
        g.stretch(1, 31),
    ),
    ("R1", r"\b(?:el )?(?:ano que viene|proximo ano|ano proximo|ano entrante)\b", g.next_year),
    # D5, D3, D2 and the rest of D8
    ("D5", r"\b(?:el |este )?(?:proximo) {WD}(?!\w)", r.coming_weekday_es),
    ("D5", r"\b(?:el )?{WD} (?:que|ke) (?:viene|entra|sigue|biene|vine)\b", r.coming_weekday_es),
    ("D5", r"\b(?:el )?{WD} (?:proximo|entrante|siguiente|venidero)\b", r.coming_weekday_es),
    ("D3", r"\beste (?:mismo )?{WD}", r.this_weekday),
    ("D6", r"\bel otro {WD}", r.other_weekday),
    ("D2", r"\blos {WD}", r.weekdays),
    ("D2", r"\b(?:el )?(?:dia )?{WD}", r.weekday),
    ("D1", r"\b(?:el )?(?:proximo dia|dia siguiente)\b", r.relative(1)),
    (
        "D8",
        r"\b(?:el |(?<=al )|(?<=del )|(?<=al dia )|(?<=del dia ))(?:dia )?{DAY}(?![\w/°-])(?! ?(?:%|piso|puntos?|en punto|de la lista|y media|y cuarto|menos))(?![:.]\d)(?! ?(?:hs|am|pm|a los|en los|en la maq|arriba)\b){NOUNS}",
        r.month_day,
    ),
    ("D8", r"^{DAY} (?=a las? )", r.month_day),
    ("D8", r"\b(?:dia|dia:) {DAY}(?![:.]\d){NOUNS}", r.month_day),
    ("D13", r"\b(?:el )?dia (?:3[2-9]|[4-9]\d)(?![\w/:.])(?! ?%){NOUNS}", r.impossible),
    ("D8", r"\bel (?P<day>primero)(?= ?(?:$|[,.!?]|a la|a las|por la|tipo))", r.month_day),
)
