"""Spanish talk: corrections, refusals, moves, choices, things told in passing."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when.talk import Talk, pattern

_ART = r"(?:el |la |las |los |del |al |dia )?"
_CANT = (
    r"(?:no (?:puedo|podria|podre|me (?:viene|va|queda|sirve|da|conviene|es posible)|llego|tengo (?:tiempo|lugar)|voy a poder|"
    r"estoy|trabajan|quiero|creo que pueda|hay manera|va a poder ser|sirve)(?! (?:ir |venir )?(?:a |por |en |de )?~)|imposible|ni hablar|ni loc[oa]|ni de broma|me es imposible|se me complica|estoy "
    r"(?:ocupad[oa]|complicad[oa]|a full)|trabajo(?! me)|tengo (?:que trabajar|laburo|clase|facultad|medico)|me viene mal|me queda mal|tampoco|"
    r"no(?= ?(?:$|[,.;!])))"
)

TALK = Talk(
    between=(
        pattern(
            r"\b(?:entre|desde|del?|de) (?:el |la |las )?(?P<a>[DT]) (?:y|al?|hasta|e)(?: el| la| las)? (?P<b>[DT])(?! ?no\b)"
        ),
        pattern(r"(?P<a>[DT]) (?:al?|hasta)(?: el| la| las)? (?P<b>[DT])(?! ?no\b)"),
    ),
    open_start=pattern(
        r"\b(?:a partir del?|desde|despues del?|luego del?|pasad[oa]s?|tras|no antes del?|mas tarde del?|del?) (?:el |la |las )?(?P<a>[DT])"
        r"(?P<on>,? (?:en adelante|para adelante|en mas|o despues|o mas tarde))?"
        r"|(?P<a2>[DT]),? (?:en adelante|para adelante|en mas|o (?:mas tarde|despues(?! de)))"
    ),
    open_end=pattern(
        r"\b(?:antes del?|hasta|como (?:muy )?tarde(?: a)?|a mas tardar|no mas tarde del?) (?:el |la |las |a )?(?P<a>[DT])|(?P<a2>[DT]) o antes\b"
    ),
    week_of=pattern(r"\b(?:la )?semana (?:que (?:empieza|comienza|arranca) |del? )(?:el )?(?P<a>D)"),
    day_before=pattern(
        r"\b(?:el dia|la vispera|un dia|(?P<n>\d+) dias)(?: antes| anterior| previo)? (?:del?|al?) (?:el )?(?P<a>D)"
    ),
    day_after=pattern(r"\b(?:el dia|un dia|(?P<n>\d+) dias) (?:despues|siguiente) (?:del?|al?) (?:el )?(?P<a>D)"),
    correction=pattern(
        r"\b(?:no,? (?:no,? )?(?:mejor|perdon|espera|para|pera|digo|mentira|sino|dale)|mejor dicho|(?:o )?mejor(?! (?:hora|dia|opcion))|perdon(?:a|ame)?|digo|quise decir|"
        r"corrijo|correccion|en realidad|me equivoque|me confundi|quiero decir|ay no|no no|mentira|pensandolo (?:bien|mejor)|ahora que lo pienso|"
        r"sorry|bueno no|al final|o sea)\b"
    ),
    drops=(
        (
            "C1b",
            pattern(
                r"\b(?:era|es|seria) (?:el |la |a |para |a las |las )*{X},? (?:y )?no (?:era )?(?:el |la |a |al |para |las )*(?P<drop>{X})(?! (?:puedo|me))"
            ),
        ),
        (
            "C1",
            pattern(
                r"\bno (?:el |la |a |para el |es el |es |era el |era |era para el |era a )?(?P<drop>{X}),? (?:sino|si no|es|era)\b"
            ),
        ),
        (
            "C3",
            pattern(
                r"(?<=[DR] )no (?:puedo|podria|llego|me viene bien|me queda bien) (?:ir |venir )?(?:a |por |en |de )?(?P<drop>[TPH])"
            ),
        ),
        (
            "C1",
            pattern(r"(?:^|[,.;] ?)no (?:el |la |a |para el |es el )?(?P<drop>{X}),? (?:el |la |a |para el )?(?={X})"),
        ),
        (
            "C1",
            pattern(
                r"(?P<drop>{X}) (?:uy,? |ay,? |ah,? |eh,? |perdon,? |bueno,? |no,? )*no,? (?:el |la |a |para |mejor )*(?={X})"
            ),
        ),
        (
            "C1",
            pattern(
                r"(?P<drop>{X})[,. -]+(?:uy,? |uh,? |ay,? |ah,? |eh,? |um+,? |hm+,? |mm+,? |oops,? |ups,? |espera,? |perdon,? |bueno,? |no,? )*no(?:[,.]+ ?| (?=mejor|perdon|digo|para))"
                r"(?:el |la |a |para |mejor |perdon |digo )*(?={X})"
            ),
        ),
        (
            "C3",
            pattern(
                r"\b(?:mejor|prefiero|preferiria)(?: ir)?(?: el| la| a)? {X} (?:antes )?(?:que|a(?= (?:el )?D))(?: el| la| las)? (?P<drop>{X})"
            ),
        ),
        ("C1b", pattern(r"{X},? (?:y )?no (?:el |la |a |al |para el )?(?P<drop>{X})(?! (?:puedo|me))")),
        ("C2", pattern(r"\b(?:en vez del?|en lugar del?|en cambio del?) (?:el |la |las )?(?P<drop>{X})")),
        ("C3", pattern(r"\bni (?:el |la |los |a |por |en |de )*(?P<drop>{X})")),
        (
            "C3",
            pattern(
                r"\b(?:menos|excepto|salvo|que no sean?|menos el|sin contar|quitando|exceptuando) (?:a |por |en |los |el |la |las )*(?P<drop>{X}(?:,? (?:y|ni|o) (?:el |los |la )?{X})*)"
            ),
        ),
        (
            "C3",
            pattern(
                r"(?P<drop>{X}(?:,? (?:y|ni|o) (?:el |los |la |a )?{X})*),? (?:la verdad |la verdad que |creo que |ya |yo |tampoco |justo |a mi |es que |sinceramente )*"
                + _CANT
                + r"(?= |$|[,.;!?])(?! (?:hay|tenes|tiene|tienen|podes|se puede|te|puede|sera|seria)\b)(?! ?\?)"
            ),
        ),
        (
            "C3",
            pattern(
                r"\b(?:no (?:puedo|podria|podre|me (?:viene|va|queda|sirve|da|conviene)(?: bien| comodo)?|quiero|llego|voy a poder|estoy|tengo (?:tiempo|libre)|(?<!que no )trabajo)|tampoco(?: puedo| me sirve)?|evitar|imposible|me viene mal) (?:ir |venir |asistir |pasar |a |en |por |que sea |para |el |la |los |las |bien |nada |libre )*(?P<drop>{X}(?:,? (?:y|ni|o) (?:el |los |la |a |por )*{X})*)(?!,? (?:si\b|pero si))"
            ),
        ),
        ("C3", pattern(r"\bque no sea (?:el |la |a |por |en )*(?P<drop>{X})")),
        ("C3", pattern(r"(?P<drop>{X}) (?:ya )?(?:esta|estan) (?:ocupad|complicad)")),
        (
            "C3",
            pattern(
                r"\b(?:estoy|ando) (?:ocupad[oa]|complicad[oa]|a full|de viaje|fuera) (?:el |la |a |por |en )*(?P<drop>{X})"
            ),
        ),
    ),
    clause=pattern(
        r"[.;!?]+|,(?! ?(?:a|por|tipo|como|de|en) ?(?:la |las )?[TPH])|\b(?:y|que)\b(?! [DTPRH])|\b(?:pero|asi que|asiq|entonces|porque|ya que|por eso|o sea que)\b|\bantes del?(?= (?:la |el |mi |mis )?[a-z])"
    ),
    event=pattern(
        r"\b(?:boda|casamiento|me caso|nos casamos|se casa|caso|vuelo|vuela|viaje|viajo|viajamos|viaja|me voy|nos vamos|cumple|cumpleanos|cumplo|fiesta|"
        r"examen|entrevista|bautismo|bautizo|comunion|graduacion|recibo|egreso|aniversario|parto|operan|operamos|opero|operacion|mudo|mudanza|concierto|recital|"
        r"partido|nacio|naci|nacimiento|vacaciones|reunion|reuniones|quince de|15 de mi|evento|cena|congreso|presentacion|juicio|vuelvo de|llego de|avion|rindo|"
        r"cobro|cobre|vence|salimos|partimos|feriado|nacido|nacida|vuelvo|(?<!no )llego|regreso|(?<!que no )trabajo(?! me)|trabajamos|laburo|salgo|curso|estudio|entreno|te aviso|avisame|avisen|llamame|llamenme|te llamo|escribime|te escribo|(?:te|les|os) (?:confirmo|digo|cuento|contesto|respondo)|hablamos)\b"
    ),
    request=pattern(
        r"\b(?:turno|turnito|cita|reserva\w*|agend\w*|anota\w*|quiero|queria|quisiera|necesito|puedo|podria|podes|tenes|tienen|tienes|hay|hueco|lugar|"
        r"me das|dame|habra|disponib\w*|atender\w*|venir|pasar|mejor|para las|cupo|cambi\w*|mov\w*)\b"
    ),
    past=pattern(
        r"\b(?:vine|fui|fuimos|estuve|estuvimos|fue|atendieron|atendio|cortaron|hicieron|hice|hizo|llamaron|escribi|"
        r"tuve|dijeron|dijiste|dijo|anduve|vino|fueron|me hice)\b"
    ),
    move=pattern(
        r"\b(?:cambi\w*|mov\w*|muev\w*|pas(?:as|an|es|ar|arias|arla|arlo|arme|arlos|ame|amos|alo|ala|emos|emoslo|a|o)|corr(?:er|erlo|erla|elo|ela|eme|emos)|"
        r"reprogram\w*|reagend\w*|adelant\w*|atras\w*|posterg\w*|traslad\w*|modific\w*|aplaz\w*|retras\w*|dej(?:ar|arlo|arla)lo|reubic\w*)\b"
    ),
    existing=pattern(
        r"\b(?:tengo|tenia|teniamos|tenemos|reserve|saque|pedi|agende|habia (?:sacado|reservado|pedido)|estaba|era|mi (?:turno|cita|reserva)|el turno|la cita|turno que tengo|me dieron|me habian dado|quedo|quedamos)\b[^DTPRH]{0,30}?(?P<drop>{X})"
    ),
    either=pattern(
        r"[DTPRH],?(?: [a-z]+){0,3} (?:o|u|o bien|o si no|o sino|o tambien|o capaz|o quiza)\b[^DTPRH.;]{0,25}[DTPRH]"
    ),
    keeps_time=pattern(r"\b(?:mism[ao] (?:hora|horario)|igual hora|a la misma)\b"),
    negated_bound=pattern(
        r"\b(?:no (?:puedo|llego|podria|sea|seria)|imposible|nunca|nada)(?: ir| venir| pasar| estar| salir)? $"
    ),
)
