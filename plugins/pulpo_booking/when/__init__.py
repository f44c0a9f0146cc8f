"""The date and time language of booking chats, Spanish and English: `resolve(text, now=, locale=, tz=) -> When`.

How a text becomes a `When` (each step is a module, in this order):

1. `canon`    one spelling: folded, misspellings and chat words corrected, weekdays and months as symbols
              (`W1`, `M03`), numbers as digits. Words come from `words_es`/`words_en` (shape: `lexicon`), misspelt
              names from `typos`.
2. `grammar`  the rule machine. `masks_*` blank out what is no date (N1); then the ordered tables of patterns in
              `times_*` and `dates_*` (made of `macros_*`) claim stretches for typed parts (`values`): a date, a time,
              a period, a stretch of days or of hours. What a pattern means is built by `readings` (D rules),
              `ranges` (R1, R2, R4) and `times` (T, P, R3) over the pure arithmetic of `almanac` and `clock`.
3. `marked`   the sentence with each part as one letter, so that "el jueves a las 5" reads "el D a T".
4. `stretches` joins letters: a date said twice (D9, D12), "from A to B", "after A" (R3, R4).
5. `roles`    takes letters out: corrected, moved away from, refused, told in passing (C1-C3, C5, N2). The phrases
              are in `talk_es`/`talk_en` (shape: `talk`).
6. `combine`  settles what is left into one answer and its alternatives (C4, T1, T5, D2, D8, D13).
7. `switching` lets the other language tell the day or the hours that this one leaves open ("mañana at 5pm").

Callers need `resolve` and `When`, and `warm_up` once at start. The rest is for whoever extends the language: a word
goes to `words_*`, a phrase to a table in `dates_*` or `times_*` with the id of its rule, a way of refusing or
correcting to `talk_*`; a sentence that is no date at all to `masks_*`.
"""

from pulpo_booking.when.resolver import resolve, warm_up
from pulpo_booking.when.values import Period, When

__all__ = ["Period", "When", "resolve", "warm_up"]
