"""Spanish: the tables of patterns for N1 masks, time ranges, dates, times and periods, tried in this order."""

import re

from pulpo_booking.when import ranges as g
from pulpo_booking.when import readings as r
from pulpo_booking.when import times as t
from pulpo_booking.when.grammar import expand, rules

_NOUNS = (
    r"(?! ?(?:personas?|persona|gente|adultos?|chic[oa]s?|nin[oa]s?|nen[ea]s?|anos?|anitos?|meses|mes|semanas?|dias?|minutos|hora"
    r"|horas|euros?|eur|pesos?|dolares|usd|mil|lucas|k\b|%|\$|€|cm|mm|ml|veces|mujeres|hombres|amig[oa]s|turnos|citas|"
    r"sesiones|cortes|servicios|cosas|lugares|cupos|hij[oa]s|herman[oa]s|estrellas|cuotas|unidades|somos|vamos|queremos)(?!\w))"
)
_CORE = (
    r"(?P<h#>\d{1,2}|una)(?:(?::| ?[:.h] ?)(?P<m#>[0-5]\d)(?::[0-5]\d)?(?!\d)|"
    r" ?(?:hs |horas )?y (?P<y#>media|cuarto|pico|algo|[0-5]\d|5)\b(?! ?(?:de M\d|y\b))| menos (?P<l#>cuarto|\d{1,2})\b"
    r"| (?P<s#>[0-5]\d)(?![\d/:.,-]))?(?!\d)"
)
_SUFFIX = (
    r"(?P<hs#> ?(?:hs|horas|h)\b\.?)?(?P<pt#> en punto| clavad[ao]s| pasadas)?"
    r"(?: ?(?P<ap#>am|pm)\b| ?,?(?: de| en| por| a|) la (?P<ha#>mananita|manana|tardecita|tarde|nochecita|noche|madrugada|siesta)\b"
    r"| del? (?P<no#>mediodia|medio dia|dia)\b| de (?P<dm#>manana|tarde|noche|madrugada)\b)?"
    r"(?P<hs#b> ?hs\b\.?)?(?P<ish#> y pico| y algo| aprox\w*\.?| mas o menos| o asi| o por ahi)?"
)


def _time(which: str) -> str:
    return (_CORE + _SUFFIX).replace("#", which)


MACROS = {
    "DAY": r"(?P<day>\d{1,2}(?:o|ro|ero|er|°)?|primero|1 ?[°o])(?![\d:])",
    "MONTH": r"M(?P<month>\d\d)\b\.?",
    "YEAR": r"(?:(?: de| del|,|/|-)? ?(?P<year>(?:19|20)\d\d)\b)?",
    "WD": r"W(?P<wd>\d)\b\.?",
    "ORD": r"(?P<nth>primer|primero|1er|segundo|2do|tercer|tercero|3er|cuarto|4to|quinto|ultimo)",
    "N": r"(?P<n>\d{1,3}|una?|un par de)",
    "TIME1": _time("1"),
    "TIME2": _time("2"),
    "CORE1": _CORE.replace("#", "1"),
    "NOUNS": _NOUNS,
    "IN": r"(?:en|dentro de|de aca a|de aqui a|de aca en|de aqui en|a)",
    "LAS": r"l(?:a|as|os)",
    "NEXT": r"(?:que|ke) (?:viene|vienen|entra|sigue)|proximo|siguiente|entrante|venidera|venidero",
    "AROUND": r"(?:a eso de|alrededor de|cerca de|mas o menos(?: a)?|aproximadamente(?: a)?|aprox\.?(?: a)?|como(?: a| para| tipo)?|"
    r"tipo|tipin|tip|sobre|hacia|onda|calculo que|maso)",
    "MES": r"(?:{MONTH}{YEAR}|(?P<nextmonth>(?:del |el |de |)(?:proximo mes|mes (?:que viene|proximo|siguiente|entrante|que entra)))"
    r"|(?P<thismonth>este mes)|(?:de|del|el)? ?mes)",
}
MACROS["MES"] = expand(MACROS["MES"], MACROS)


def _mask(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expand(p, MACROS)) for p in patterns)


MASKS = _mask(
    r"\bbuen(?:os|as|a|)? ?(?:dias|dia|tarde|noches?|madrugadas?|finde|fin de semana|W\d|semana|comienzo de semana)\b|"
    r"\bmuy buenas?(?: tarde| noches?)?\b|\bbuenas\b",
    r"\b(?:feliz|lind[oa]|hermos[oa]|excelente|bonit[oa]) (?:W\d|dia|tarde|noche|finde|fin de semana|semana|navidad|"
    r"ano nuevo|fiestas?|inicio de semana|jornada)\b",
    r"\b(?:que )?(?:teng[ao]s?|tenga|tengan|pas[ae]s?|pase|pasen|disfrut[ae]s?|disfruten)(?: un| una| el| la| muy| de| mucho| "
    r"bien| buen| buena| lindo| linda| feliz| excelente)+ (?:W\d|dia|tarde|noche|finde|fin de semana|semana|navidad)\b",
    r"\bhasta (?:luego|pronto|la proxima|manana(?= ?[!.]| ?$)|la vista|entonces)\b|\bmas (?:tarde|luego)\b(?! (?:de|que)\b)|"
    r"\bnos vemos(?! (?:el|la|manana|W|a las|hoy))\b|\b(?:un rato|al rato|ahorita|enseguida)\b",
    r"\blo (?:mas pronto|antes|mas rapido) (?:posible|que puedas?)\b|\bcuanto antes\b|\bya mismo\b|\btan pronto como\b|\b(?:en )?"
    r"(?:un|1) (?:minuto|minutos|minutito|segundo|momento|ratito|toque|rato)\b|\bel otro dia\b",
    r"\b(?:tod[oa]s l[oa]s|cada|los|siempre l[oa]s) (?:dias?|W\d|manana|noches|semanas|meses|fines de semana|finde|feriados)"
    r"(?= (?:abren|atienden|cierran|trabajan|trabajo|estudio|tengo|entreno|curso|voy|hay))",
    r"\b(?:tod[oa]s l[oa]s|cada) (?:dias?|W\d|manana|tarde|noches|semanas?|mes(?:es)?|fines de semana|finde)\b",
    r"\b(?:abren|abris|abre|atienden|atiende|atendes|cierran|cierra|trabajan|trabajas|trabaja|abierto|abiertos|atendeis|abris|"
    r"teneis abierto|esta abierto|estan abiertos|horarios?)\b[^.?!;,]*?\b(?:los|las) (?:W\ds?|feriados|festivos|manana|tarde|noches|"
    r"fines de semana|finde)(?: (?:y|o|a la|por la|en la) (?:los )?(?:W\d|tarde|manana|noche|feriados))*",
    r"\b(?:abren|abris|atienden|cierran|trabajan) (?:de W\d a W\d|feriados|W\d y W\d|al mediodia|a? ?mediodia)\b|\bhorario de atencion\b[^?!.;]*",
    r"(?:\$|€|usd|ars|eur) ?\d[\d.,]*|\b\d[\d.,]* ?(?:\$|€|%|euros?|pesos?|dolares|usd|mil\b|lucas|mangos|palos|k\b|cop\b|mxn\b|ars\b)"
    r"(?: (?:o|y|a) \d+ ?(?:mil|k|pesos|euros)?)?|\b\d+ (?:o|a|y|u) (?=~)",
    r"\b\d{1,2} de (?:M\d\d|julio|abril|mayo) (?:al |n° ?|esquina |y )?\d{2,5}\b(?! ?(?:hs|horas|:|am|pm))(?<!de 20\d\d)(?<! 20\d\d)",
    r"\b(?:queda|quedan|estan|vivo|direccion|direccion es|esquina|ubicad[oa]s?|sucursal|local)(?: en| es)?(?: la| el| calle)? \d{1,2} de (?:M\d\d|julio|mayo|abril)\b"
    r"|\b24 ?/ ?7\b|(?:^|[,.!] ?|gracias,? )hasta (?:el )?W\d ?!*$",
    r"\+?\(?(?<!\d)(?!\d{1,2}[-./ ]\d{1,2}[-./ ](?:\d\d){1,2}\b)(?!(?:19|20)\d\d[-.]\d\d?[-.])\d{2,}\)?[ .-]\d[\d .-]{5,}\d|\b\d{5,}\b|\b(?!20\d\d)\d{4}\b(?! ?(?:am|pm|hs))|\b\d{1,3}(?:\.\d{3})+\b|\b\d{3,}-\d{3,}\b",
    r"\b(?:dni|cedula|nie|rut|cuit|cuil|documento|telefono|tel|celular|cel|movil|whatsapp|numero|nro|num|codigo|clave|pin|legajo|"
    r"pasaporte|expediente|matricula|pedido|factura|cp)\.? ?(?:es |:|#|numero |de |n° ?|el )*\d[\d .-]*[a-z]?\b",
    r"\b(?:calle|av|avenida|avda|pasaje|pje|ruta|km|depto|dpto|departamento|piso|local|oficina|barrio|esquina|plaza|colonia|carrera|cra|"
    r"cll|diagonal|bulevar|bv|estacion|linea|colectivo|bondi|bus|parada|hospital|escuela|colegio|club|en 9 de julio y)\.? "
    r"(?:el |la |de |del |n° ?|numero |# ?|)?(?:\d+|M\d\d|W\d)(?: de (?:M\d\d|julio|abril|mayo|junio|[a-z]+))?(?: (?:al |n° ?|# ?|numero )?\d+)?(?: ?- ?\d+)?\b",
    r"\b(?:maquina|maquinita|numero|nro|num|n°|tono|tinte|color|coloracion|tintura|rubio|castano|talle|talla|nivel|opcion|grado|"
    r"cuchilla|guia|peine|rapado|rapar|degrade|cabina|silla|sillon|mesa|sala|grupo|top|formula) (?:(?:en|al|de|a|en el|"
    r"la|el|un|por la|nro|numero|n°) )*\d{1,2}(?:[.,/]\d{1,2})?\b(?! de M)(?! ?(?:hs|:|am\b|pm\b| de la| y media))",
    r"\b(?:la|el|un|al|en) (?:\d|cero|uno|media)(?:[.,]5)? (?:a los|en los|al|arriba|abajo|atras|en el|de maquina|en la nuca|y \d arriba) ?(?:costados?|lados?|lado|"
    r"laterales|nuca|arriba|contorno)?",
    r"\b(?:tengo|tiene|tenia|cumpl[eio]|cumple|cumplo|(?<!dentro )de|edad|con) (?:\d+|un|unos \d+) (?:anos?|anitos|mes(?:es)?)\b|\b\d+ (?:anos?|anitos|meses)\b(?! que viene)",
    r"\bhace (?:mas de |como |casi |unos |unas |un |una |\d+|varios |varias |poco|mucho|dos)[^,.;!?DTP]{0,18}?(?:anos?|meses|mes|semanas?|dias?|rato|tiempo|horas?|minutos?)?(?=[ ,.;!?]|$)",
    r"\b(?:dura|duran|tarda|tardan|tardas|demora|demoran|lleva|llevan|cuanto|unas|unos|solo|son|mas de|menos de|minimo|maximo|cada|"
    r"durante|por|como|es de|turno de|sesion de|cita de|masaje de|clase de|tratamiento de) (?:de |unos |unas |como |mas de |solo |aprox\w* |unos|casi )*(?:media hora|(?:\d+|una|un|"
    r"cuarto de) ?(?:horas?|hora|hs|h|minutos|dias?|semanas?|meses|mes)(?: y (?:media|cuarto|pico))?)\b",
    r"(?<!en )(?<!dentro de )(?<!de )(?<!aca a )(?<!aqui a )\b(?:media hora|(?:\d{1,3}|una) ?(?:minutos|horas?|hora)(?: y (?:media|cuarto))?)\b"
    r"(?! (?:de la|en punto|y media|y cuarto|pasad|para las?\b|antes de las|a partir de))(?<!\d horas)",
    r"\b(?:somos|seriamos|vamos|venimos|iriamos|para) (?:\d+|unos \d+)\b(?! ?(?:hs|:|am|pm|de M|de la|horas|/|-))(?= ?(?:$|[,.!?]|personas|amig|chic|nin|de nosotr|adult))",
    r"\b(?:llegue|llego|llegar|llegando|llegas|llegue|llegamos|llega|es|era|muy|re|tan|hizo|demasiado|un poco|algo|bastante|mas vale|salgo) (?:un poco |muy |re |algo |un toque |demasiado |mas |10 minutos |\d+ minutos )?"
    r"tarde\b|\btarde o temprano\b|\b(?:un dia|algun dia|un dia de estos|el dia de hoy en dia|hoy en dia|al dia)\b|\bmas temprano\b",
    r"\b(?:mi nombre es|me llamo|soy|se llama|a nombre de|de parte de|habla|con) (?:W\d|M\d\d)\b",
    r"\b(?:el|la|los|las|mi|un|una) (?:primer[ao]?|segund[ao]) (?:vez|turno|cita|sesion|visita|disponible|hueco|que|lugar|libre|clase|opcion)\b",
)

_SEM_NEXT = (
    r"(?:(?:la|esa|una|en la|para la) )?(?:semana(?: la)? (?:que|ke) (?:viene|entra|sigue|vine)|(?:proximo|siguiente|entrante|otra) semana|"
    r"semana (?:proximo|siguiente|entrante|venidera)|semana que biene)"
)

TIME_RANGES = rules(
    MACROS,
    (
        "R3",
        r"\b(?:entre|(?P<move>de|desde)|tipo)(?: como)?(?: a)? (?:{LAS} )?{TIME1} ?(?:y|a|hasta|e|-|o) (?:{LAS} )?{TIME2}(?! de M\d)(?![/\d])(?!,\d){NOUNS}",
        t.time_range,
    ),
    (
        "R3",
        r"(?<![\w/.:-]){TIME1} ?(?:-|a|hasta) ?(?:{LAS} )?{TIME2}(?:(?<=am)|(?<=pm)|(?<=hs)|(?<=horas)|(?<=tarde)|(?<=manana)|(?<=noche))(?! de M\d)",
        t.time_range,
    ),
    ("R3", r"(?<![\w/.:-])(?P<h1>\d{1,2})[:.](?P<m1>\d\d) ?(?:-|a|hasta) ?(?:{LAS} )?{TIME2}(?!\d)", t.time_range),
    ("R3", r"\b{LAS} {TIME1} (?:hasta|y hasta) {LAS} {TIME2}{NOUNS}", t.time_range),
)

DATES = rules(
    MACROS,
    ("D11", r"\b(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)(?:t(?=\d\d:))?", r.iso),
    (
        "D11",
        r"(?<![\w/.:-])(?:{WD},? ?(?:el )?)?(?P<a>\d{1,2})([-/.]) ?(?P<b>\d{1,2})(?:\3|,|\.| del? ) ?(?P<year>(?:19|20)\d\d|\d\d)(?![\d/:]|-\d)(?! ?(?:am|pm|hs)\b)",
        r.numeric,
    ),
    ("D11", r"(?<![\w/.:$-])(?:{WD},? ?(?:el )?)?(?P<a>\d{1,2}) ?/ ?(?P<b>\d{1,2})(?![\d/])", r.numeric),
    (
        "D11",
        r"\b(?:el|al|del|dia|W\d)(?: dia)? (?P<a>\d{1,2})[-.](?P<b>\d{1,2})(?![\d/.:-])(?! ?(?:am|pm|hs|de la)\b)",
        r.numeric,
    ),
    ("D11", r"\b(?:el )?(?P<a>\d{1,2}) del (?P<b>1[0-2]|0?\d)\b(?! ?(?:hs|:|am|pm))", r.numeric),
    (
        "R4",
        r"(?:\b(?:entre|(?P<move>del?|desde))(?: el| los| los dias)? )?(?:dias? )?(?P<a>\d{1,2}) ?(?:al?|-|y|hasta)(?: el)? (?:dia )?(?P<b>\d{1,2}) de (?:{MONTH}{YEAR}|(?P<nextmonth>proximo mes|mes que viene))",
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
        r"(?:\bel )?\b{WD},? ?(?:el )?(?:dia )?{DAY}(?! ?(?:hs|h\b|horas|am\b|pm\b|:|y media|y cuarto|menos|en punto|de la (?:tarde|manana|noche)))(?![/:.-]\d){NOUNS}",
        r.weekday_and_day,
    ),
    ("D9", r"\b(?:el )?(?:dia )?{DAY},? ?\(?(?:que (?:es|cae|cae en)|es|cae) ?(?:el |un )?{WD}", r.weekday_and_day),
    ("D9", r"\bel (?:dia )?{DAY},? ?\(?{WD}", r.weekday_and_day),
    # N2
    ("N2", r"\b(?:anteayer|antier|antes de ayer|antes de anoche|anteanoche)\b", r.past_relative(2)),
    ("N2", r"\b(?:ayer|anoche|ayr)(?: a la noche| a la tarde| por la tarde)?\b", r.past_relative(1)),
    ("N2", r"\b(?:el |este )?{WD} (?:pasado|anterior|ultimo)\b(?! manana)", r.past_weekday),
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
    # D1
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
    ("P1", r"\besta (?:noche|nochecita)\b", t.period_today("night")),
    ("P1", r"\besta (?:tarde|tardecita|siesta)\b", t.period_today("afternoon")),
    ("P1", r"\besta (?:manana|mananita)\b", t.period_today("morning")),
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
    ("R1", r"\b(?:el )?(?:proximo (?:finde|fin de semana)|(?:finde|fin de semana) (?:{NEXT}))\b", g.next_weekend_es),
    ("R1", r"\b(?:este |el |en el |al )?(?:finde|fin de semana|finde semana)(?: largo)?\b", g.weekend),
    ("R2", r"\b(?:a |para |en )?(?:principios?|comienzos?|inicios?|los primeros dias) de {MES}\b", g.stretch(1, 10)),
    ("R2", r"\b(?:a |para |en )?(?:mediados?|la mitad|mitad) de {MES}\b", g.stretch(11, 20)),
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
    ("D2", r"\b(?:el )?(?:dia )?{WD}", r.weekday),
    ("D1", r"\b(?:el )?(?:proximo dia|dia siguiente)\b", r.relative(1)),
    (
        "D8",
        r"\b(?:el |(?<=al )|(?<=del )|(?<=al dia )|(?<=del dia ))(?:dia )?{DAY}(?= ?(?:$|[,.!?;:()]|a la|a las|al|por|en|de la|como|tipo|o\b|y\b|si\b|no\b|esta|es\b|me|que|q\b|mejor|te\b|se\b|podr|pued|a eso|tenes|tienen?s?|hay|digo|perdon|porfa|por favor|gracias|temprano|antes|despues|a partir|entre|de \d|desde|[DTP]|\d))(?![:.]\d)(?! ?(?:hs|am|pm|a los|en los|en la maq|arriba)\b){NOUNS}",
        r.month_day,
    ),
    ("D8", r"^{DAY} (?=a las? )", r.month_day),
    ("D8", r"\b(?:dia|dia:) {DAY}(?![:.]\d){NOUNS}", r.month_day),
    ("D8", r"\bel (?P<day>primero)(?= ?(?:$|[,.!?]|a la|a las|por la|tipo))", r.month_day),
)

TIMES = rules(
    MACROS,
    ("T6", r"\b(?:en|dentro de|de aca a)(?: unos| unas)? (?P<half>media hora|media horita)\b", r.in_time),
    (
        "T6",
        r"\b(?:en|dentro de|de aca a)(?: como| unas| aprox\w*)? (?P<anhour>una|1) ?(?:hora|horita|h)(?: y (?:(?P<half>media)|(?P<quarter>cuarto)))?\b",
        r.in_time,
    ),
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
    (
        "T1",
        r"(?:\b(?:a|para)(?: las?| el)? )?(?:{AROUND} )?\b(?:un )?(?:faltando |faltan )?(?P<l1>cuarto|\d{1,2})(?: minutos)? (?:para|antes de) (?:la|las) (?P<h1>\d{1,2}|una)(?:(?: y (?P<y1>media)| (?P<s1>30)))?(?!\d)"
        + _SUFFIX.replace("#", "1"),
        t.sure_time,
    ),
    (
        "T1",
        r"\b(?P<y1>cuarto|media|\d{1,2})(?: minutos)? pasad[ao]s (?:de )?(?:la|las) (?P<h1>\d{1,2}|una)(?!\d)"
        + _SUFFIX.replace("#", "1").replace("| pasadas", ""),
        t.sure_time,
    ),
    (
        "T1",
        r"(?<![\w/.:$-])(?P<intro>\b(?:{AROUND} )(?:a )?las |\blas (?:{AROUND} )?|\bla (?=una\b|1(?!\d))|\b(?:{AROUND})(?: a)?(?: las?)? |@ ?(?:las )?|\balas |\ba la (?=\d)|\ba (?=\d{1,2} ?(?:hs|$|y media))|\bas )?{TIME1}(?![/\d]|-\d| de M\d| del? \d{4})(?!,\d){NOUNS}",
        t.spoken_time,
    ),
    (
        "T1",
        r"(?:D|P)\x01*,? (?:a |x )?(?P<claim>{TIME1})(?= ?(?:$|[,.!?;]|porfa|por favor|puede|si\b|esta|tenes|te\b|o\b))",
        t.sure_time,
    ),
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
        r"\b(?:a|por|en|de|para|x|durante) la (?:mananita|manana)\b|\b(?:la|por las|en las|las) manana\b|\bde manana\b|(?<=[DR\x01] )manana\b",
        t.period("morning"),
    ),
    ("P1", r"\b(?:bien |muy |lo mas |re )?(?:temprano|tempranito|tempra)\b", t.period("morning")),
    (
        "P1",
        r"\b(?:a|por|en|de|para|x|durante|esa) las? (?:tarde|tardecita|siesta)\b|\b(?:la |las )(?:tarde|tardecita)\b|\b(?:de|x|por) tarde\b|(?<=[DR\x01] )(?:tarde|tardecita)\b|^tarde\b|\btardecita\b|\bla siesta\b",
        t.period("afternoon"),
    ),
    (
        "P1",
        r"\b(?:a|por|en|de|para|x|durante) las? (?:noche|noches|nochecita)\b|\b(?:la |las )(?:noche|nochecita|noches)\b|\b(?:de|x|por) noche\b|(?<=[DR\x01] )noche\b|^noche\b|\bnochecita\b",
        t.period("night"),
    ),
)
