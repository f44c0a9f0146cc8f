"""What lasts.

Whoever runs turns:          `turnstore` (what they ask for), `opening`, `addresses` (which database answers)
Whoever looks how it is done: `sqlite` and `postgres/` (the stores), `conversations` and `effects` (a turn's rows)
Whoever shows them:          `transcripts`
Whoever counts:              `counts` (to read), `fold` (adds up `outcomes`, how turns ended), `goals`, `statements`
Whoever switches the canary:  `canary` (its configuration's row, the audit log)
Whoever judges the canary:   `rollouts` (and their evidence)
Whoever checks callers:      `keys`, `secrets`
Whoever operates:            `breaker_orders`, `approvals`, `retention` (what is forgotten, and when)
Whoever counts with others:  `valkey` (rate limits that replicas share)
Whoever changes the schema:  `schema`, `migrate` and `migrations/`, `compatibility`, `transact` (a command's own)
Whoever wonders about speed: `writer` (one thread, group commit), `postgres.committer`
"""
