"""What the planner itself says, in neutral Spanish, in that of the Río de la Plata, and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import pulpo

Entry: TypeAlias = Mapping[str, str]

GREETING: Final[Entry] = {"es": "¡Hola!", "en": "Hello!"}
GREETING_NAMED: Final[Entry] = {"es": "¡Hola! Te atiende {name}.", "en": "Hello! This is {name}."}
ABILITIES: Final[Entry] = {
    "es": "Puedo ayudarte con esto:\n{list}\n¿Qué necesitas?",
    "es-AR": "Te puedo ayudar con esto:\n{list}\n¿Qué necesitás?",
    "en": "I can help you with this:\n{list}\nWhat would you like?",
}
UNABLE: Final[Entry] = {
    "es": "Ahora mismo no hay nada con lo que pueda ayudarte.",
    "en": "There is nothing I can help with right now.",
}
WELCOME: Final[Entry] = {"es": "¡De nada!", "en": "You're welcome!"}
FAREWELL: Final[Entry] = {"es": "¡Hasta luego!", "es-AR": "¡Chau, que andes bien!", "en": "Goodbye!"}
ABORTED: Final[Entry] = {
    "es": "De acuerdo, lo dejo. No he hecho ningún cambio.",
    "es-AR": "Listo, lo dejo. No hice ningún cambio.",
    "en": "All right, I'll leave it. Nothing was changed.",
}
NOTHING_OPEN: Final[Entry] = {
    "es": "De acuerdo. Si necesitas algo más, aquí estoy.",
    "es-AR": "Dale. Si necesitás algo más, acá estoy.",
    "en": "All right. If you need anything else, I'm here.",
}
DECLINED: Final[Entry] = {
    "es": "De acuerdo, no lo hago. ¿Qué quieres cambiar? Si prefieres dejarlo, dime «olvídalo».",
    "es-AR": "Dale, no lo hago. ¿Qué querés cambiar? Si preferís dejarlo, decime «olvidalo».",
    "en": 'All right, I won\'t. What would you like to change? To drop it, say "never mind".',
}
NOT_UNDERSTOOD: Final[Entry] = {
    "es": "Perdona, no te he entendido.",
    "es-AR": "Perdón, no te entendí.",
    "en": "Sorry, I didn't get that.",
}
UPSET: Final[Entry] = {
    "es": "Siento las molestias.",
    "es-AR": "Disculpá las molestias.",
    "en": "I'm sorry about that.",
}
ASSISTANT: Final[Entry] = {
    "es": "Soy un asistente automático: en este chat no hay una persona con la que pueda ponerte.",
    "es-AR": "Soy un asistente automático: en este chat no hay una persona con la que te pueda comunicar.",
    "en": "I'm an automatic assistant: there is nobody in this chat I could put you through to.",
}
WHY: Final[Entry] = {
    "es": "Lo necesito para {title}.",
    "en": "I need it to {title}.",
}
OR_DROP: Final[Entry] = {
    "es": "Sin ese dato no puedo seguir. Si prefieres dejarlo, dime «olvídalo».",
    "es-AR": "Sin ese dato no puedo seguir. Si preferís dejarlo, decime «olvidalo».",
    "en": 'I can\'t go on without it. To drop it, say "never mind".',
}
SHALL: Final[Entry] = {
    "es": "¿Quieres {title}?",
    "es-AR": "¿Querés {title}?",
    "en": "Would you like to {title}?",
}
ALL_RIGHT: Final[Entry] = {"es": "De acuerdo: {name}.", "es-AR": "Dale: {name}.", "en": "All right: {name}."}
ASK: Final[Entry] = {
    "es": "Necesito un dato: {name}. ¿Me lo dices?",
    "es-AR": "Necesito un dato: {name}. ¿Me lo decís?",
    "en": "I need one more thing: {name}. Could you tell me?",
}
OPTIONS: Final[Entry] = {"es": "Opciones: {list}.", "en": "Options: {list}."}
PROPOSE: Final[Entry] = {
    "es": "De acuerdo: {name}. ¿Seguimos con esto? {title}",
    "en": "All right: {name}. Shall we go on with this? {title}",
}
WHICH: Final[Entry] = {"es": "¿Cuál de estas opciones? {list}", "en": "Which of these? {list}"}
WHICH_OFFER: Final[Entry] = {
    "es": "¿Cuál prefieres? {list}",
    "es-AR": "¿Cuál preferís? {list}",
    "en": "Which one would you like? {list}",
}
WHICH_TOOL: Final[Entry] = {
    "es": "¿Qué quieres hacer exactamente?\n{list}",
    "es-AR": "¿Qué querés hacer exactamente?\n{list}",
    "en": "What exactly would you like to do?\n{list}",
}
DID_YOU_MEAN: Final[Entry] = {
    "es": "Para estar seguro: ¿{list}?",
    "en": "Just to be sure: {list}?",
}
NONE_LISTED: Final[Entry] = {
    "es": "No encuentro nada con lo que hacerlo ({name}).",
    "en": "I can't find anything to do that with ({name}).",
}
NOT_YOURS: Final[Entry] = {
    "es": "Lo siento, de otras personas no puedo ver ni cambiar nada: solo lo que es tuyo.",
    "en": "I'm sorry, I can't see or change what is another person's, only what is yours.",
}
GO_ON_WITH: Final[Entry] = {
    "es": "Llevo {digits}. ¿Cómo sigue?",
    "en": "I have {digits} so far. How does it go on?",
}
NOT_OFFERED: Final[Entry] = {
    "es": "«{said}» no está entre lo que ofrecemos.",
    "en": "“{said}” isn't among what we offer.",
}
NOT_NOW: Final[Entry] = {
    "es": "Eso no lo puedo hacer ahora.",
    "en": "I can't do that now.",
}
NO_SUCH: Final[Entry] = {
    "es": "No encuentro ninguna opción así.",
    "en": "I can't find one like that.",
}
SAY_YES: Final[Entry] = {
    "es": "Para seguir, respóndeme «sí» o «no», o dime qué cambiar.",
    "es-AR": "Para seguir, contestame «sí» o «no», o decime qué cambiar.",
    "en": 'To go on, answer "yes" or "no", or tell me what to change.',
}
GO_ON: Final[Entry] = {
    "es": "¿Seguimos con lo anterior?",
    "en": "Shall we go on with what we were doing?",
}
DONE: Final[Entry] = {"es": "Hecho.", "es-AR": "Listo.", "en": "Done."}
NO_RESULT: Final[Entry] = {"es": "No he encontrado nada.", "es-AR": "No encontré nada.", "en": "I found nothing."}
YES: Final[Entry] = {"es": "sí", "en": "yes"}
NO: Final[Entry] = {"es": "no", "en": "no"}
OR: Final[Entry] = {"es": "o", "en": "or"}

OUTCOMES: Final[Mapping[str, Entry]] = {
    "error": {
        "es": "Algo ha fallado y no he podido hacerlo. Inténtalo de nuevo en un momento.",
        "es-AR": "Algo falló y no lo pude hacer. Probá de nuevo en un momento.",
        "en": "Something went wrong and I couldn't do it. Please try again in a moment.",
    },
    "timeout": {
        "es": "Está tardando demasiado. Inténtalo de nuevo en un momento.",
        "es-AR": "Está tardando demasiado. Probá de nuevo en un momento.",
        "en": "It is taking too long. Please try again in a moment.",
    },
    "denied": {
        "es": "Lo siento, eso no lo puedo hacer.",
        "en": "I'm sorry, I can't do that.",
    },
    "open": {
        "es": "Ese servicio no responde ahora. Inténtalo de nuevo en unos minutos.",
        "es-AR": "Ese servicio no responde ahora. Probá de nuevo en unos minutos.",
        "en": "That service isn't answering right now. Please try again in a few minutes.",
    },
    "limited": {
        "es": "Son demasiadas peticiones seguidas. Espera un momento, por favor.",
        "es-AR": "Son demasiados pedidos seguidos. Esperá un momento, por favor.",
        "en": "That was a lot of requests. Please wait a moment.",
    },
    "invalid": {
        "es": "Hay un dato que no me sirve así.",
        "en": "One of the details doesn't work like that.",
    },
}


def say(entry: pulpo.conversation.Text, locale: str, **values: str) -> str:
    """Return the text of ``entry`` for ``locale`` with ``values`` put in."""
    return pulpo.localized(entry, locale).format(**values)
