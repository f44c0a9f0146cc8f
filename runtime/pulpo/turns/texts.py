"""What the runtime itself says to users; everything else comes from tools, planners and policies."""

from __future__ import annotations

from collections.abc import Mapping

REFUSED: Mapping[str, str] = {
    "es": "Lo siento, con eso no puedo ayudar.",
    "en": "I'm sorry, I can't help with that.",
}

FAILED: Mapping[str, str] = {
    "es": "Lo siento, ahora mismo no puedo responder. No se ha perdido nada; prueba de nuevo en un momento."
    " (Referencia: {reference})",
    "es-AR": "Perdón, ahora no puedo responder. No se perdió nada; probá de nuevo en un momento."
    " (Referencia: {reference})",
    "en": "I'm sorry, I can't answer right now. Nothing was lost; please try again in a moment."
    " (Reference: {reference})",
}

LIMIT: Mapping[str, str] = {
    "es": "No consigo resolverlo así. ¿Puedes decírmelo de otra manera?",
    "es-AR": "No lo puedo resolver así. ¿Me lo decís de otra manera?",
    "en": "I can't work that out. Could you put it another way?",
}

CONFIRM: Mapping[str, str] = {
    "es": "Voy a hacer esto: {title} ({arguments}). ¿Lo confirmas?",
    "es-AR": "Voy a hacer esto: {title} ({arguments}). ¿Lo confirmás?",
    "en": "I'm about to do this: {title} ({arguments}). Shall I go ahead?",
}

DONE: Mapping[str, str] = {
    "es": "Esto sí ha quedado hecho: {titles}.",
    "es-AR": "Esto sí quedó hecho: {titles}.",
    "en": "This was done, though: {titles}.",
}

UNAVAILABLE: Mapping[str, str] = {
    "es": "Ahora mismo no puedo hacer esto: {titles}. Prueba de nuevo en un momento.",
    "es-AR": "Ahora no puedo hacer esto: {titles}. Probá de nuevo en un momento.",
    "en": "I can't do this right now: {titles}. Please try again in a moment.",
}

IN_DOUBT: Mapping[str, str] = {
    "es": "No sé si esto ha llegado a hacerse: {titles}. Compruébalo antes de volver a pedirlo.",
    "es-AR": "No sé si esto llegó a hacerse: {titles}. Fijate antes de volver a pedirlo.",
    "en": "I don't know whether this went through: {titles}. Please check before you ask for it again.",
}

CUT: Mapping[str, str] = {
    "es": "(Hay más de lo que cabe aquí.)",
    "es-AR": "(Hay más de lo que entra acá.)",
    "en": "(There is more than fits here.)",
}

WAITING: Mapping[str, str] = {
    "es": "Esto necesita el visto bueno del equipo: {title}. Ya lo he pedido; te cuento en cuanto respondan.",
    "es-AR": "Esto necesita el visto bueno del equipo: {title}. Ya lo pedí; te cuento en cuanto respondan.",
    "en": "The team has to approve this: {title}. I have asked them and will tell you as soon as they answer.",
}

APPROVED: Mapping[str, str] = {
    "es": "El equipo ha dado el visto bueno: {title}.",
    "es-AR": "El equipo dio el visto bueno: {title}.",
    "en": "The team has approved this: {title}.",
}

APPROVED_IN_VAIN: Mapping[str, str] = {
    "es": "El equipo ha dado el visto bueno, pero no se ha podido hacer: {title}.",
    "es-AR": "El equipo dio el visto bueno, pero no se pudo hacer: {title}.",
    "en": "The team has approved this, but it could not be done: {title}.",
}

NOT_APPROVED: Mapping[str, str] = {
    "es": "El equipo no ha dado el visto bueno: {title}. No se ha hecho nada.",
    "es-AR": "El equipo no dio el visto bueno: {title}. No se hizo nada.",
    "en": "The team has not approved this: {title}. Nothing was done.",
}

APPROVAL_EXPIRED: Mapping[str, str] = {
    "es": "El equipo no ha respondido a tiempo: {title}. No se ha hecho nada; puedes pedirlo otra vez.",
    "es-AR": "El equipo no respondió a tiempo: {title}. No se hizo nada; podés pedirlo otra vez.",
    "en": "The team did not answer in time: {title}. Nothing was done; you can ask for it again.",
}
