"""Spanish N1: what only looks like a date: greetings, wishes, habits, prices, numbers, streets, ages, durations."""

# ruff: noqa: E501 - a row of a pattern table reads best unbroken

from pulpo_booking.when.grammar import masks
from pulpo_booking.when.macros_es import MACROS

MASKS = masks(
    MACROS,
    r"\b\d(?:por|x)\d\b",
    r"(?<!\ba )\blas \d{1,2} (?!hs\b|horas|gracias|tenes|podes|puedes|tienes|quieres|menos|pasadas|mas\b|vos|vas|atendes|trabajas|nos\b|les\b|estas)[a-z]+[ao]s\b",
    r"\b(?:cierran|cierra|abren|abre|atienden|trabajan) (?:de |hasta |desde |a )(?:las )?\d{1,2}(?:[:.]\d\d)?(?: a \d{1,2})?(?: ?(?:hs|am|pm))?|\bde \d{1,2} a \d{1,2}(?: hs)? (?:atienden|abren|trabajan)",
    r"(?<!puedo )(?<!podria )(?<!prefiero )(?<!bien )(?<!mejor )(?<!solo )(?<!menos )(?<!sirven )(?<!libre )(?<!libres )\b(?:los|todos los) W\d(?: y (?:los )?W\d)*\b(?! (?:puedo|podria|me (?:viene|queda|sirve)))",
    r"\b(?:todo|nada|listo|suficiente)(?: mas)? por hoy\b|\bque (?:dia|fecha) es hoy\b",
    r"\bbuen(?:os|as|a|)? ?(?:dias|dia|tarde|noches?|madrugadas?|finde|fin de semana|W\d|semana|comienzo de semana)\b|"
    r"\bmuy buenas?(?: tarde| noches?)?\b|\bbuenas\b",
    r"\b(?:feliz|lind[oa]|hermos[oa]|excelente|bonit[oa]) (?:W\d|dia|tarde|noche|finde|fin de semana|semana|navidad|"
    r"ano nuevo|fiestas?|inicio de semana|jornada)\b",
    r"\b(?:que )?(?:teng[ao]s?|tenga|tengan|pas[ae]s?|pase|pasen|disfrut[ae]s?|disfruten)(?: un| una| el| la| muy| de| mucho| "
    r"bien| buen| buena| lindo| linda| feliz| excelente)+ (?:W\d|dia|tarde|noche|finde|fin de semana|semana|navidad)\b",
    r"\bhasta (?:luego|pronto|la proxima|manana(?= ?[!.]| ?$)|la vista|entonces)\b|(?<!\bo )\bmas (?:tarde|luego)\b(?! (?:de|que)\b)|"
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
    r"|\bvivo (?:en |al )?(?:el |la )?(?:numero )?\d+(?= ?(?:de (?:la |el )?[a-z]|[,.;!]|$))"
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
    r"\b(?:la|el|un|al|en) (?:\d|cero|uno|media)(?:[.,]5)? (?:a los|en los|por los(?= (?:costado|lado|lateral))|al|arriba|por arriba|abajo|atras|en el|de maquina|en la nuca|y \d arriba) ?(?:costados?|lados?|lado|"
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
