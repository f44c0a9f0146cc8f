"""Spanish words: weekdays, months, numbers, chat spelling, and what only looks like a date word."""

from pulpo_booking.when.lexicon import Lexicon, Weak, month_symbol, pairs, symbols
from pulpo_booking.when.typos import sound

_WEEKDAYS = (
    "lunes lun lune lunez",
    "martes martez marte",
    "miercoles mier mie mierc miercole",
    "jueves jue juev",
    "viernes vie vier vierne biernes bierne",
    "sabado sabados sab saba savado zabado",
    "domingo domingos dom domin",
)
_MONTHS = (
    "enero ene",
    "febrero feb febr",
    "marzo marz",
    "abril abr",
    "mayo",
    "junio jun",
    "julio jul",
    "agosto ago agos",
    "septiembre setiembre sep sept",
    "octubre oct",
    "noviembre nov novi",
    "diciembre dic dici",
)
_NUMBERS = (
    "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis "
    "veintisiete veintiocho veintinueve"
).split()
_CHAT = pairs(
    "q=que k=que ke=que xq=porque pq=porque xa=para pa=para p=para x=por d=de dl=del tmb=tambien "
    "mnn=manana mna=manana mn=manana maniana=manana mannana=manana manna=manana mananaa=manana "
    "mananas=manana mannaa=manana mana=manana mnana=manana "
    "mnna=manana mnya=manana mny=manana dsp=despues dps=despues dspues=despues "
    "mnaana=manana manan=manana anana=manana maana=manana maniaana=manana "
    "oy=hoy oi=hoy 2=2 sem=semana semna=semana seman=semana semama=semana "
    "prox=proximo proxima=proximo proximos=proximo proximas=proximo procimo=proximo procsimo=proximo "
    "pasao=pasado psado=pasado tardes=tarde mediodias=mediodia mediodi=mediodia "
    "mdia=mediodia cinko=5 sinco=5 oxo=8 dies=10 hr=hs hrs=hs horas=horas hora=hora "
    "min=minutos mins=minutos minuto=minutos dia=dia dias=dias finde=finde "
    "kiero=quiero semanita=semana semanitas=semanas grax=gracias veintiun=21 treintaiuno=31 veintiuna=21"
)
_BEFORE_WEEKDAY = frozenset("este proximo ese o , para".split())
_AFTER_WEEKDAY = frozenset("a por de en tipo que a".split())

_words = dict(_CHAT)
_words |= {word: str(number) for number, word in enumerate(_NUMBERS, start=2)}
_words |= {"treinta": "30", "cuarenta": "40", "cincuenta": "50"}
_words |= symbols(_WEEKDAYS, _MONTHS)
_TYPO_TARGETS = (
    {w: symbols(_WEEKDAYS, ())[w] for w in "lunes martes miercoles jueves viernes sabado domingo".split()}
    | {
        w: symbols((), _MONTHS)[w]
        for w in "enero febrero marzo abril junio julio agosto septiembre octubre noviembre diciembre".split()
    }
    | {"manana": "manana"}
)

ES = Lexicon(
    words=_words,
    weak={
        "mar": (
            Weak(month_symbol(3), number_before=True),
            Weak("W1", before=_BEFORE_WEEKDAY, followed_by=_AFTER_WEEKDAY, number_after=True),
        ),
        "set": (Weak(month_symbol(9), number_before=True),),
        "may": (Weak(month_symbol(5), number_before=True),),
    },
    tens={"veinte": 20, "veinti": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50},
    units={w: n for n, w in enumerate("uno dos tres cuatro cinco seis siete ocho nueve".split(), start=1)},
    unit_ordinals={},
    tens_joint=frozenset({" y ", " "}),
    names=frozenset({"abril", "julio", "domingo", "junio", "mayo", "marzo", "enero"}),
    name_before=frozenset(
        "soy llamo llama con nombre sr sra srta don dona doctor doctora dr dra senor senora hijo hija "
        "estilista peluquero peluquera barbero familia apellido es".split()
    ),
    typo_targets=_TYPO_TARGETS,
    sounds={sound(name): symbol for name, symbol in _TYPO_TARGETS.items()},
    never_typos=frozenset(
        "macana macanas manada manadas manzana manzanas mananita manana marcos marco marta marte martin "
        "martina marzon marzal partes cartes artes martas martos lunas luna lunar "
        "lures nueves jueces jueguen juegas juegos sacado salado sabana sabida sabido dominga domino "
        "dominio abrir abrio abrila abrirl entero entera enera acero cero dinero genero janeiro febril julia "
        "julian juliana julieta juli junior junto juntos juanio angosto agota agotado gusto gasto agosta cubre "
        "octavo ocurre noviembres noviem noviazgo viene vienes viernesito vieres viene vierte vienen sabadito "
        "siembre siempre mazo marzio barzo maro mario maria mares lune enero lentes puentes antes jueza juevera "
        "juegues nieves veras vierna clientes dientes lunch lines martez_".split()
    ),
)
