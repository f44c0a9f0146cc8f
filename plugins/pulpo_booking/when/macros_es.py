"""Spanish: the pieces that patterns are made of. A number in a time is a group: `h1`, `m1` (see `times`)."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when.grammar import expand

_NOUNS = (
    r"(?! ?(?:personas?|persona|gente|adultos?|chic[oa]s?|nin[oa]s?|nen[ea]s?|anos?|anitos?|meses|mes|semanas?|dias?|minutos|hora"
    r"|horas|euros?|eur|pesos?|dolares|usd|mil|lucas|k\b|%|\$|€|cm|mm|ml|veces|mujeres|hombres|amig[oa]s|turnos|citas|"
    r"sesiones|cortes|servicios|cosas|lugares|cupos|hij[oa]s|herman[oa]s|estrellas|cuotas|unidades|somos|vamos|queremos)(?!\w))"
)
_CORE = (
    r"(?P<h#>\d{1,2}|una\b)(?:(?::| ?[:.h] ?|,(?=[0-5]\d(?: ?(?:hs|h|horas|am|pm)\b| de la )))(?P<m#>[0-5]\d)(?::[0-5]\d)?(?!\d)|"
    r" ?(?:hs |horas )?y (?P<y#>media|cuarto|pico|algo|(?:[0-5]\d|5)(?! ?(?:de M\d|y\b)))\b| menos (?P<l#>cuarto|\d{1,2})\b"
    r"| (?P<s#>[0-5]\d)(?![\d/:.,-]))?(?!\d)"
)
SUFFIX = (
    r"(?P<hs#> ?(?:hs|horas|h)\b\.?)?(?P<pt#> en punto| clavad[ao]s| pasadas)?"
    r"(?: ?(?P<ap#>am|pm)\b| ?,?(?: de| en| por| a|) la (?P<ha#>mananita|manana|tardecita|tarde|nochecita|noche|madrugada|siesta)\b"
    r"| del? (?P<no#>mediodia|medio dia|dia)\b| de (?P<dm#>manana|tarde|noche|madrugada)\b)?"
    r"(?P<hs#b> ?hs\b\.?)?(?P<ish#> y pico| y algo| aprox\w*\.?| mas o menos| o asi| o por ahi)?"
)


def _time(which: str) -> str:
    return (_CORE + SUFFIX).replace("#", which)


MACROS = {
    "DAY": r"(?P<day>\d{1,2}(?:o|ro|ero|er|°)?|primero|uno(?= de M)|1 ?[°o])(?![\d:])",
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
