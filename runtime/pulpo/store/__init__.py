"""What lasts.

Whoever runs turns:         `sqlite` (the store), `conversations` and `effects` (the rows of a turn)
Whoever shows them:         `transcripts`
Whoever checks callers:     `keys`, `secrets`
Whoever changes the schema: `schema`, `migrate` and `migrations/`
Whoever wonders about speed: `writer` (one thread, group commit)
"""
