"""The canary strategies that ship with PulpoAI.

Whoever configures them: `plugin` (registration)
Whoever checks a split:  `bucket` (the hash), `percentage` (the strategy)
"""
