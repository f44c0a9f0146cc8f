"""One turn's way, from an accepted message to a committed answer.

Whoever sends a turn:       `request` (what goes in and comes out), `orchestrator` (the way itself)
Whoever runs tools:         `executor`
Whoever follows a failure:  `rescue`

This package uses anyio alone, so that a simulation can run it under another event loop and a fake clock.
"""
