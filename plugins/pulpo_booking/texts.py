"""What the plugin says, by language: ``es`` (tú), ``es-AR`` where voseo differs, ``en``.

Each text is a `str.format` template; `say` fills it. A locale without its own line falls back to its language.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pulpo

TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "services": {"es": "Estos son nuestros servicios:\n{lines}", "en": "These are our services:\n{lines}"},
        "service": {"es": "{line}\nLo hace {staff}.", "en": "{line}\nDone by {staff}."},
        "service_line": {"es": "{name}: {duration}, {price}", "en": "{name}: {duration}, {price}"},
        "service_line_free": {"es": "{name}: {duration}", "en": "{name}: {duration}"},
        "unknown_service": {
            "es": "Ese servicio no lo tenemos. Ofrecemos {names}. ¿Cuál quieres?",
            "es-AR": "Ese servicio no lo tenemos. Ofrecemos {names}. ¿Cuál querés?",
            "en": "We don't offer that service. We have {names}. Which one would you like?",
        },
        "unknown_staff": {
            "es": "Para {service} puedes elegir a {names}. ¿Con quién prefieres?",
            "es-AR": "Para {service} podés elegir a {names}. ¿Con quién preferís?",
            "en": "For {service} you can choose {names}. Who would you prefer?",
        },
        "hours_week": {"es": "Nuestro horario:\n{lines}", "en": "Our opening hours:\n{lines}"},
        "day_range": {"es": "de {first} a {last}", "en": "{first} to {last}"},
        "hours_line": {"es": "{days}: {hours}", "en": "{days}: {hours}"},
        "closed": {"es": "cerrado", "en": "closed"},
        "exceptions": {"es": "Próximas excepciones:\n{lines}", "en": "Coming exceptions:\n{lines}"},
        "exception_closed": {"es": "{day}: cerrado", "en": "{day}: closed"},
        "exception_named": {"es": "{day}: cerrado ({name})", "en": "{day}: closed ({name})"},
        "hours_day": {"es": "El {day} abrimos {hours}.", "en": "On {day} we are open {hours}."},
        "hours_span": {"es": "de {start} a {end}", "en": "from {start} to {end}"},
        "why_closed": {"es": "El {day} está cerrado.", "en": "We are closed on {day}."},
        "why_holiday": {
            "es": "El {day} está cerrado porque es festivo ({name}).",
            "es-AR": "El {day} está cerrado porque es feriado ({name}).",
            "en": "We are closed on {day} because of a holiday ({name}).",
        },
        "why_outside": {
            "es": "El {day} a las {time} no puede ser: abrimos {hours} y {service} dura {duration}.",
            "en": "{time} on {day} is not possible: we are open {hours} and {service} takes {duration}.",
        },
        "why_staff_away": {
            "es": "El {day} a las {time} no trabaja {staff}.",
            "en": "{staff} does not work on {day} at {time}.",
        },
        "why_nobody": {
            "es": "El {day} a las {time} no hay nadie que haga {service}.",
            "en": "Nobody does {service} on {day} at {time}.",
        },
        "why_past": {
            "es": "El {day} a las {time} ya ha pasado.",
            "es-AR": "El {day} a las {time} ya pasó.",
            "en": "{day} at {time} is already past.",
        },
        "why_past_day": {
            "es": "El {day} ya ha pasado.",
            "es-AR": "El {day} ya pasó.",
            "en": "{day} is already past.",
        },
        "why_notice": {
            "es": "Se reserva con al menos {notice} de antelación y el {day} a las {time} está demasiado cerca.",
            "es-AR": "Hay que reservar con al menos {notice} de anticipación y el {day} a las {time} está muy cerca.",
            "en": "We need at least {notice} notice, so {day} at {time} is too soon.",
        },
        "why_horizon": {
            "es": "Solo se puede reservar hasta el {last}.",
            "en": "Bookings are only possible until {last}.",
        },
        "why_day_service": {
            "es": "Los {weekday} solo damos {names}.",
            "en": "On {weekday} we only offer {names}.",
        },
        "why_grid": {
            "es": "Las citas empiezan cada {step} minutos, así que a las {time} no puede ser.",
            "es-AR": "Los turnos empiezan cada {step} minutos, así que a las {time} no puede ser.",
            "en": "Appointments start every {step} minutes, so {time} is not possible.",
        },
        "why_limit": {
            "es": "El {day} ya no quedan plazas para {service}.",
            "es-AR": "El {day} ya no quedan lugares para {service}.",
            "en": "{service} is fully booked on {day}.",
        },
        "why_taken": {
            "es": "El {day} a las {time} ya está ocupado.",
            "en": "{day} at {time} is already taken.",
        },
        "why_taken_staff": {
            "es": "El {day} a las {time} {staff} ya tiene una cita.",
            "es-AR": "El {day} a las {time} {staff} ya tiene un turno.",
            "en": "{staff} is already booked on {day} at {time}.",
        },
        "why_no_such_time": {
            "es": "El {day} a las {time} no existe: esa noche cambia la hora.",
            "en": "{time} does not exist on {day}: the clocks change that night.",
        },
        "why_full_day": {
            "es": "El {day} no queda ningún hueco para {service}.",
            "es-AR": "El {day} no queda ningún lugar para {service}.",
            "en": "There is nothing left for {service} on {day}.",
        },
        "why_full_range": {
            "es": "Para {service} no queda ningún hueco entonces.",
            "es-AR": "Para {service} no queda ningún lugar entonces.",
            "en": "There is nothing left for {service} then.",
        },
        "free_day": {
            "es": "El {day} hay hueco para {service}: {times}. ¿A qué hora te viene bien?",
            "es-AR": "El {day} hay lugar para {service}: {times}. ¿A qué hora te queda bien?",
            "en": "On {day} we have these times for {service}: {times}. Which one suits you?",
        },
        "free_day_more": {
            "es": "El {day} hay hueco para {service}, por ejemplo a las {times}. ¿A qué hora te viene bien?",
            "es-AR": "El {day} hay lugar para {service}, por ejemplo a las {times}. ¿A qué hora te queda bien?",
            "en": "On {day} there is room for {service}, for example at {times}. Which time suits you?",
        },
        "free_days": {
            "es": "Para {service} hay hueco:\n{lines}\n¿Cuál prefieres?",
            "es-AR": "Para {service} hay lugar:\n{lines}\n¿Cuál preferís?",
            "en": "For {service} we have:\n{lines}\nWhich one do you prefer?",
        },
        "free_time": {
            "es": "Sí, el {when} hay hueco para {service} con {staff}.",
            "es-AR": "Sí, el {when} hay lugar para {service} con {staff}.",
            "en": "Yes, {when} is free for {service} with {staff}.",
        },
        "alternatives": {
            "es": "Te puedo ofrecer:\n{lines}\n¿Te viene bien alguna?",
            "es-AR": "Te puedo ofrecer:\n{lines}\n¿Te sirve alguna?",
            "en": "I can offer you:\n{lines}\nWould one of these suit you?",
        },
        "no_alternatives": {
            "es": "No veo ningún hueco cercano.",
            "es-AR": "No veo ningún lugar cercano.",
            "en": "I see no free time near it.",
        },
        "which_time": {"es": "¿El {day} a las {first} o a las {second}?", "en": "On {day} at {first} or at {second}?"},
        "confirm_booking": {
            "es": "{service} el {when} con {staff}{price}, a nombre de {name}. ¿Lo confirmo?",
            "en": "{service} on {when} with {staff}{price}, in the name of {name}. Shall I confirm it?",
        },
        "booked": {
            "es": "Reservado: {service} el {when} con {staff}{price}. ¡Te esperamos, {name}!",
            "en": "Booked: {service} on {when} with {staff}{price}. See you then, {name}!",
        },
        "conflict": {
            "es": "Con esa petición ya se reservó otra cita, el {when}. No he reservado nada más.",
            "es-AR": "Con ese pedido ya se reservó otro turno, el {when}. No reservé nada más.",
            "en": "That request has already booked another appointment, on {when}. I have booked nothing else.",
        },
        "confirm_move": {
            "es": "Cambio tu cita de {service} del {old} al {when} con {staff}{price}. ¿Lo confirmo?",
            "es-AR": "Cambio tu turno de {service} del {old} al {when} con {staff}{price}. ¿Lo confirmo?",
            "en": "I'll move your {service} from {old} to {when} with {staff}{price}. Shall I confirm it?",
        },
        "moved": {
            "es": "Hecho: tu cita de {service} pasa al {when} con {staff}.",
            "es-AR": "Listo: tu turno de {service} pasa al {when} con {staff}.",
            "en": "Done: your {service} is now on {when} with {staff}.",
        },
        "unmoved": {
            "es": "Tu cita ya es el {when} con {staff}.",
            "es-AR": "Tu turno ya es el {when} con {staff}.",
            "en": "Your appointment already is on {when} with {staff}.",
        },
        "kept": {
            "es": "Tu cita sigue como estaba.",
            "es-AR": "Tu turno sigue como estaba.",
            "en": "Yours is unchanged.",
        },
        "confirm_cancel": {
            "es": "¿Cancelo tu cita de {service} del {when} con {staff}?",
            "es-AR": "¿Cancelo tu turno de {service} del {when} con {staff}?",
            "en": "Shall I cancel your {service} on {when} with {staff}?",
        },
        "cancelled": {
            "es": "Cancelada: tu cita de {service} del {when}.",
            "es-AR": "Cancelado: tu turno de {service} del {when}.",
            "en": "Cancelled: your {service} on {when}.",
        },
        "already_cancelled": {
            "es": "Esa cita de {service} del {when} ya estaba cancelada.",
            "es-AR": "Ese turno de {service} del {when} ya estaba cancelado.",
            "en": "That {service} on {when} was already cancelled.",
        },
        "over": {
            "es": "Esa cita de {service} del {when} ya ha pasado.",
            "es-AR": "Ese turno de {service} del {when} ya pasó.",
            "en": "That {service} on {when} is already past.",
        },
        "not_found": {
            "es": "No encuentro esa cita entre las tuyas.",
            "es-AR": "No encuentro ese turno entre los tuyos.",
            "en": "I can't find that appointment among yours.",
        },
        "none": {
            "es": "No tienes ninguna cita próxima.",
            "es-AR": "No tenés ningún turno próximo.",
            "en": "You have no upcoming appointments.",
        },
        "mine": {
            "es": "Tus próximas citas:\n{lines}",
            "es-AR": "Tus próximos turnos:\n{lines}",
            "en": "Your upcoming appointments:\n{lines}",
        },
        "appointment": {"es": "{service}, {when} con {staff}", "en": "{service}, {when} with {staff}"},
        "feed_summary": {"es": "{service} · {name} (con {staff})", "en": "{service} · {name} (with {staff})"},
        "feed_says": {"es": "Teléfono: {phone}\nCon: {staff}", "en": "Phone: {phone}\nWith: {staff}"},
        "at": {"es": "{day} a las {time}", "en": "{day} at {time}"},
        "at_one": {"es": "{day} a la {time}", "en": "{day} at {time}"},
        "offer": {"es": "{when} con {staff}", "en": "{when} with {staff}"},
        "zone": {"es": " (hora de {city})", "en": " ({city} time)"},
        "zone_both": {
            "es": " (hora de {city}; {theirs} en tu zona, {offset})",
            "en": " ({city} time; {theirs} in your time zone, {offset})",
        },
        "also_theirs": {"es": " ({theirs} en tu zona)", "en": " ({theirs} your time)"},
        "anyone": {"es": "cualquiera", "en": "anyone"},
        "or_anyone": {"es": "{names} o cualquiera", "en": "{names} or anyone"},
        "bad_name": {
            "es": "¿Me das un nombre para la cita?",
            "es-AR": "¿Me das un nombre para el turno?",
            "en": "What name should the appointment be under?",
        },
        "bad_phone": {
            "es": "Ese teléfono no parece completo. ¿Me lo repites con todas las cifras?",
            "es-AR": "Ese teléfono no parece completo. ¿Me lo repetís con todos los números?",
            "en": "That phone number looks incomplete. Could you give me all its digits?",
        },
    }
)


def say(key: str, locale: str, **values: object) -> str:
    """Return a text in a BCP 47 ``locale``, filled; raises `KeyError` for an unknown key or a missing value."""
    return pulpo.localized(TEXTS[key], locale).format(**values)
