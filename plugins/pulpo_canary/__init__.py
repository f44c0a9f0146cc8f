"""The canary strategies that ship with PulpoAI.

Whoever configures them:   `plugin` (registration), `config` (what all that draw are told)
Whoever wonders who is in: `percentage`, `workspace`, `user`, `geographic`, `constant` (`all` and `none`)
Whoever checks a split:    `bucket` (the hash), `vectors.json` (what it must give)

A list narrows whom a strategy is about, and ``percentage`` is the share of those: a share of 0 is nobody everywhere
but in `all`.
"""
