"""Which variant a turn gets.

Whoever follows a turn: `router` (the decision, pure)
"""
