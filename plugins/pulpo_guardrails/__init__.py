"""The default policies.

Whoever configures them:  `plugin` (the section ``[plugins.pulpo_guardrails]``)
Whoever wonders who said no: `message` (size of what users send)

That nothing is changed without the user's yes is no policy: the runtime itself sees to it, with or without plugins.
"""
