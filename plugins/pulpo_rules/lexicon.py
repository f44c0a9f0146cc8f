"""The words of talking itself, in both languages: greeting, thanking, choosing, counting, changing one's mind.

No word of any domain stands here: those come from the tools' declarations. All words are folded.
"""

from __future__ import annotations

from typing import Final


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _phrases(*lines: str) -> tuple[str, ...]:
    return tuple(part.strip() for line in lines for part in line.split("|"))


SPANISH: Final = _set(
    "el la los las un una unos unas de del al que quiero quisiera queria para por con en es son si y o hola buenas",
    "buenos dias tardes noches gracias cuanto cuanta cuantos como cuando donde cual cuales tengo tenes tienes tienen",
    "tiene hay puedo podes puede podrias necesito me mi mis te tu su se lo le nos soy estoy esta este manana hoy pero",
    "mejor porfa favor dale vale vos usted che quien otra otro mas las primera ultima quieres queres",
    "jueves viernes sabado domingo lunes martes miercoles pasado nombre llamo ninguno ninguna eso esa",
)
ENGLISH: Final = _set(
    "the an of to for with at is are and or hello hi hey thanks thank you please how much many what when where which",
    "who i i'd i'm i'll me my we our us your can could would want need like have has do does did it this that these on",
    "tomorrow today but rather instead yes morning afternoon evening not don't from be will there any name some",
    "monday tuesday wednesday thursday friday saturday sunday last one first it's what's let's get by",
)
CHAT_SPELLING: Final = {
    "q": "que", "k": "que", "ke": "que", "xq": "porque", "pq": "porque", "x": "por", "xa": "para", "pa": "para",
    "tb": "tambien", "tmb": "tambien", "d": "de", "bn": "bien", "qiero": "quiero", "kiero": "quiero",
    "qero": "quiero", "quero": "quiero", "kisiera": "quisiera", "toy": "estoy", "ta": "esta", "aser": "hacer",
    "ola": "hola", "holis": "hola", "cto": "cuanto", "cuanto'": "cuanto", "qanto": "cuanto", "porfis": "porfa",
    "xfa": "por favor", "pls": "please", "plz": "please", "plis": "please", "u": "you", "ur": "your", "r": "are",
    "wanna": "want to", "gonna": "going to", "tmrw": "tomorrow", "tmr": "tomorrow", "thx": "thanks", "ty": "thanks",
    "im": "i'm", "id": "i'd", "ill": "i'll", "whats": "what's", "dont": "don't", "cant": "can't", "wat": "what",
    "msj": "mensaje", "grax": "gracias", "grcs": "gracias", "bs": "buenas", "dsp": "despues", "nose": "no se",
}  # fmt: skip
ENDINGS: Final = (
    "armelo", "armela", "armelos", "arselo", "armelas", "arlos", "arlas", "erlos", "irlos", "arme", "arlo", "arla",
    "arse", "erme", "erlo", "irme", "irlo", "ando", "iendo", "aron", "ieron", "amos", "emos", "imos", "ings", "ing",
    "amela", "amelo", "ame", "eme", "ime", "alo", "ala", "elo", "ela",
    "itos", "itas", "ito", "ita", "ado", "ada", "ido", "ida", "ar", "er", "ir", "as", "es", "os", "an",
    "en", "ed", "s", "a", "e", "o",
)  # fmt: skip
"""Longest first where one contains another."""

FILLERS: Final = (
    SPANISH
    | ENGLISH
    | _set(
        "a hola buenas buenos dias tardes noches hello hi hey good morning afternoon evening gracias thanks please por",
        "favor porfa ok okay dale bueno well so eh ah mm",
        "um guys folks perdon sorry disculpa disculpe ser seria also tambien ya then",
        "entonces no yes si solo just actually mejor quiera",
    )
)
"""Words that carry no content of their own."""

QUESTION_WORDS: Final = _set(
    "que cual cuales cuanto cuanta cuantos cuantas como cuando donde quien quienes what which how when where who why",
    "what's whats do does is are can could",
)
QUESTION_KINDS: Final = {
    "donde": "place", "adonde": "place", "where": "place", "quien": "person", "quienes": "person", "who": "person",
    "whom": "person", "why": "reason", "cuanto": "amount", "cuanta": "amount", "cuantos": "amount",
    "cuantas": "amount", "much": "amount", "many": "amount", "long": "amount",
}  # fmt: skip
"""What a question word asks for, where that is telling."""
GREETINGS: Final = _phrases(
    "hola | holas | holi | buenas | buenos dias | buen dia | buenas tardes | buenas noches | que tal | como estas",
    "como va | como andas | que onda | hola que tal | hello | hi | hey | hiya | good morning | good afternoon",
    "good evening | greetings | how are you | hi there | hello there | hey there | saludos | alo | como esta",
    "how are you doing | how are you today | how's it going | how is it going | what's up | how are things",
    "que tal todo | hola que tal todo | todo bien | como estais | como va todo | que tal estas | que tal va",
)
THANKS: Final = _phrases(
    "gracias | muchas gracias | mil gracias | thanks | thank you | thanks a lot | thank you very much | many thanks",
    "thanks for your help | thank you for your help | thank you very much for your help | thanks for everything",
    "gracias por tu ayuda | gracias por todo | muchas gracias por tu ayuda",
    "te agradezco | muy amable | genial gracias | perfecto gracias | great thanks | cheers | thank you so much",
    "muchisimas gracias | ok gracias | bueno gracias | listo gracias | ok thanks | that's all thanks | eso es todo",
    "eso es todo gracias | nada mas gracias | nada mas | that's all | that is all | that's all thank you | perfecto",
)
FAREWELLS: Final = _phrases(
    "chau | chao | adios | hasta luego | hasta manana | hasta pronto | nos vemos | bye | goodbye | bye bye | see you",
    "see you later | see ya | have a nice day | have a good day | que tengas buen dia | chaucito | cuidate | saludos",
)
HELP: Final = _phrases(
    "ayuda | ayudame | help | help me | que puedes hacer | que podes hacer | que sabes hacer | que haces",
    "what can you do | what do you do | how does this work | como funciona | como funciona esto | menu | opciones",
    "options | que opciones tengo | en que me puedes ayudar | en que me podes ayudar | how can you help me",
    "con que me puedes ayudar | con que me podes ayudar | who are you | quien eres | quien sos | necesito ayuda",
)
ABORT: Final = _phrases(
    "olvidalo | olvidate | olvidate de eso | dejalo | dejalo asi | deja | deja asi | dejemoslo | no importa | cancelar",
    "cancela | cancela eso | cancela todo | cancelalo | cancelar todo | anula | anular | anulalo | no quiero nada",
    "ya no quiero | ya no quiero nada | mejor nada | nada | nada gracias | no gracias | no nada | mejor no",
    "mejor dejalo | mejor olvidalo | ya no | empezar de nuevo | empezar de cero | volver a empezar | salir | basta",
    "forget it | forget about it | never mind | nevermind | cancel | cancel that | cancel it | cancel everything",
    "drop it | leave it | stop | quit | start over | nothing | nothing thanks | no thanks | no thank you | i changed",
    "i changed my mind | i don't want it anymore | i don't want anything | not anymore | let's leave it | abort",
    "no mejor dejala | mejor dejala | dejala | dejala como esta",
    "no mejor dejalo | no mejor no | no dejalo | no olvidalo | no never mind | no forget it | cambie de idea",
    "me arrepenti | no va | no hagas nada | don't do anything | no quiero seguir | ya no hace falta | no hace falta",
)
ANY: Final = _phrases(
    "cualquiera | la que sea | el que sea | lo que sea | me da igual | me da lo mismo | da igual | es igual",
    "no tengo preferencia | sin preferencia | indistinto | elegi vos | elige tu | como quieras | el que quieras",
    "cualquier opcion | quien sea | con quien sea | con cualquiera | la que quieras | cuando sea | any | anyone",
    "any of them | either | whichever | whatever | no preference | don't care | i don't mind | doesn't matter",
    "whoever | anybody | you choose | either one | any one | any is fine | either is fine | it doesn't matter",
    "i don't care | todas me sirven | cualquiera de los dos | cualquiera de ellos | cualquiera de ellas",
)
ANYONE: Final = _set("con quien with who anyone anybody whoever")
"""Words by which an "any" is about people."""
CORRECTIONS: Final = _set("no mejor perdon digo actually instead rather sorry wait cambio cambia change make")
SOUNDS: Final = _set("ay uy oh ah eh ey uh um hm hmm mm huy ups oops uf ok vale")
"""Sounds before what is said."""
CORRECTIONS_SAID: Final = _phrases(
    "no | mejor | perdon | digo | actually | sorry | wait | no wait | i mean | quise decir"
)
LEADS: Final = ("a las {}", "el {}", "at {}", "on the {}th")
"""What an answer leaves out before a number, because the question has it."""
WEEKDAYS: Final = _set(
    "lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday sunday"
)
FOLLOWING: Final = _set("siguiente following")
ORDINALS: Final = {
    "primer": 0, "primera": 0, "primero": 0, "first": 0, "1st": 0, "1ra": 0, "1ro": 0, "1era": 0, "1ero": 0,
    "segunda": 1, "segundo": 1, "second": 1, "2nd": 1, "2da": 1, "2do": 1, "tercera": 2, "tercero": 2, "tercer": 2,
    "third": 2, "3rd": 2, "3ra": 2, "3ro": 2, "cuarta": 3, "cuarto": 3, "fourth": 3, "4th": 3, "4ta": 3, "4to": 3,
    "quinta": 4, "quinto": 4, "fifth": 4, "5th": 4, "5ta": 4, "5to": 4, "sexta": 5, "sexto": 5, "sixth": 5,
    "6th": 5, "ultima": -1, "ultimo": -1, "last": -1, "final": -1, "penultima": -2, "penultimo": -2,
}  # fmt: skip
LATEST: Final = _phrases(
    "la mas tarde | el mas tarde | lo mas tarde | mas tarde posible | the later | the latest | later one | latest one",
    "el ultimo horario | la mas tardia | as late as possible | the late one",
)
EARLIEST: Final = _phrases(
    "la mas temprano | el mas temprano | la mas temprana | lo mas temprano | lo antes posible | cuanto antes",
    "el primer hueco | primer hueco | first slot",
    "the first opening | next opening | asap | lo antes que puedas",
    "the earlier | the earliest | earlier one | earliest one | the soonest | as soon as possible | the early one",
    "lo mas pronto | la mas proxima | as early as possible | la mas cercana",
)
CHEAPEST: Final = _phrases("mas barato | mas barata | mas economico | mas economica | the cheapest | cheaper one")
NUMBERS: Final = {
    "cero": 0, "zero": 0, "un": 1, "uno": 1, "una": 1, "one": 1, "dos": 2, "two": 2, "tres": 3, "three": 3,
    "cuatro": 4, "four": 4, "cinco": 5, "five": 5, "seis": 6, "six": 6, "siete": 7, "seven": 7, "ocho": 8,
    "eight": 8, "nueve": 9, "nine": 9, "diez": 10, "ten": 10, "once": 11, "eleven": 11, "doce": 12, "twelve": 12,
    "trece": 13, "catorce": 14, "quince": 15, "fifteen": 15, "veinte": 20, "twenty": 20, "treinta": 30,
    "thirty": 30, "cincuenta": 50, "fifty": 50, "cien": 100, "hundred": 100, "docena": 12, "dozen": 12,
    "par": 2, "couple": 2,
}  # fmt: skip
YES_WORDS: Final = _set("si sip yes yep yeah yup claro dale ok okay sure vale obvio con with true verdadero")
NO_WORDS: Final = _set("no nop nope nah sin without false falso ninguno ninguna none nada nothing")
STOPWORDS: Final = _set(
    "el la los las un una unos unas de del al a y e o u en con por para que lo su sus mi mis tu tus se es the an of",
    "and or to in on for with at my your his her our is it its by from me this that these those i you we they",
)
COMMON: Final = (
    STOPWORDS
    | FILLERS
    | QUESTION_WORDS
    | frozenset(ORDINALS)
    | frozenset(NUMBERS)
    | _set(
        "hora horas dia dias semana mes fecha donde antes despues luego tarde temprano nada todo todos toda todas algo",
        "alguien persona personas gente casa cosa mejor peor grande",
        "chico chica nuevo nueva bueno buena hacer ver saber",
        "decir dar tener poder querer time times day days week month date before after later early nothing everything",
        "something people person thing better worse big small new good mucho mucha muchos muchas",
        "make see know tell give take get here there then",
        "puede pueden quisiera gustaria podria precio precios price prices costo cost cuesta barato caro cheap numero",
        "number call llamar telefono phone mail correo direccion address nombre names quiere precisa falta lado lugar",
        "place only solo today tonight hoy manana ayer yesterday tomorrow medio media half minutos minutes late otra",
        "menos excepto salvo except poco poca pronto bit little soon",
    )
)
"""Words too common to be a misspelt name of something."""

STREETS: Final = _set(
    "street st avenue ave av road rd boulevard blvd lane drive dr court ct way square place plaza highway hwy parkway",
    "suite ste apt calle avda avenida paseo camino carrera carretera ronda rambla travesia pasaje diagonal ruta",
)
"""Words of streets, beside a name or a number."""
PLACES: Final = _set(
    "city town area place location address destination where neighborhood neighbourhood street zone region district",
    "country origin pickup dropoff ciudad pueblo zona barrio lugar ubicacion direccion destino calle localidad region",
    "pais origen municipio provincia donde",
)
"""What an argument is called or described by that takes a place."""
STREET_PLACES: Final = _set("address destination street direccion destino calle pickup dropoff location place lugar")
"""Those that take an address."""
TOWNS: Final = _set(
    "city town area region district country ciudad pueblo zona barrio localidad region pais municipio provincia",
    "destination destino place lugar location ubicacion neighborhood neighbourhood origin origen",
)
"""Those that take the name of a town or a part of it."""
ORIGINS: Final = _set("origin pickup from departure source origen salida desde partida recogida")
"""Those that one comes from."""
PEOPLE: Final = _set("people person persons persona personas guests riders passengers adults comensales pasajeros")
"""What counts of people are counted in."""

OTHERS: Final = _set(
    "amigo amiga amigos hermano hermana madre padre mama papa mami papi viejo vieja hijo hija nene nena marido esposo",
    "esposa mujer novio novia pareja jefe jefa vecino vecina primo prima tio tia abuelo abuela suegro suegra companero",
    "companera cliente clienta persona paciente senor senora socio socia cunado cunada sobrino sobrina alguien",
    "friend friends brother sister mother father mom mum dad son daughter kid husband wife boyfriend girlfriend",
    "boss neighbor neighbour cousin uncle aunt grandma grandpa colleague coworker customer client patient roommate",
    "partner person someone somebody else",
)
"""Who is not the one that writes."""

NEVER_NAMES: Final = (
    STOPWORDS
    | FILLERS
    | QUESTION_WORDS
    | YES_WORDS
    | NO_WORDS
    | CORRECTIONS
    | frozenset(NUMBERS)
    | _set(
        "soy estoy llamo quiero necesito busco telefono tel cel celular mi numero number phone looking calling trying",
        "interested cliente clienta customer going sure afraid from fine happy pero aunque porque because but vale",
        "listo perfecto genial great also not just wondering email mail today tonight tomorrow yesterday hoy ayer",
        "muy tan algo alguien nada todo very something someone nothing everything",
        "llama llaman movil mobile whatsapp wasap tlf tlfn correo contacto contact",
        "necesitaba querria quisieramos puede pueden gustaria podria hay then when hora horas dia dias semana mes",
        "day days week weekend month noon midnight mediodia enero febrero marzo mayo junio agosto septiembre octubre",
        "noviembre diciembre january february march july august september october november december",
    )
)
"""Words that are no name even with a capital."""

NAME_STOPPERS: Final = (
    NEVER_NAMES | COMMON | _set("free para nuevo nueva saber ver idea idk cliente clienta momento segundo")
)
"""Words in small letters that are no name."""
