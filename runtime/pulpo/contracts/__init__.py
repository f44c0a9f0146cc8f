"""What plugins implement, one module a kind.

Tool authors:     `tools` (the decorator, results, what a tool is given), `slots` (how a chat asks for arguments)
Policy authors:   `policies`
Planner authors:  `planners`
Canary authors:   `canary`
Sink authors:     `events`
Route authors:    `routes`
Database users:   `storage`
The runtime alone: `rates` (what counters of rate limits answer)
"""
