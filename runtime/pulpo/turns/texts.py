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
