"""The default policies.

Whoever configures them:  `plugin` (the section ``[plugins.pulpo_guardrails]``)
Whoever wonders who said no: `confirmation` (no change without a yes), `message` (size of what users send)
"""
