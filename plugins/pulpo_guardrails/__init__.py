"""The default policies.

Whoever configures them:  `plugin` (the section ``[plugins.pulpo_guardrails]``)
Whoever wonders who said no:
    `message`     how long a message may be
    `access`      which tools a workspace and a key may use
    `provenance`  whose values a call that changes something is made of
    `answers`     length, links, markup and forbidden phrases of an answer
    `personal`    other people's data in an answer, a part of `answers`
Whoever writes another:   `known` (what this user may see anyway), `names` (patterns of names)

That nothing is changed without the user's yes is no policy: the runtime itself sees to it, with or without plugins.
"""
