"""Dialogues with what must come of them, run and scored: behind ``pulpo eval``.

Whoever writes dialogues:    `cases` (the format and its errors; the page is ``examples/dialogues/README.md``)
Whoever runs them:           `runner` (one after the other), `local` (in this process, with a held clock), `places`
                             (on a server, and what the runner needs of any place)
Whoever asks how it went:    `judging` (what was wrong with one), `scoring` (shares by tag, with intervals)
Whoever shows it:            `reports` (JSON, JUnit and lines for people)

Nothing here knows what the dialogues are about: tools are named in the files, and whether something changed the
world is read from the effect ledger.
"""
