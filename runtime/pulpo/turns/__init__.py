"""One turn's way, from an accepted message to a committed answer.

Whoever sends a turn:       `request` (what goes in and comes out), `orchestrator` (the way itself, and the rescue)
Whoever writes a planner:   `loop` (one variant's attempt), `policies` (who checks it), `run` (its working state)
Whoever runs tools:         `executor` (many calls), `invocation` (one call), `ledger` (calls that change something),
                            `results` (what planners see of it), `notices` (what users must be told)
Whoever compares variants:  `shadow` (another one plans the same turn, and nothing comes of it)
Whoever waits:              `turnstile` (one turn of a conversation at a time), `stalls` (who waited in vain)
Whoever translates:         `texts`

This package uses anyio alone, so that a simulation can run it under another event loop and a fake clock.
"""
