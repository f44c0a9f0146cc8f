"""Which variant a turn gets.

Whoever follows a turn:        `router` (the decision, pure)
Whoever changes the canary:    `live` (what is in force, and who may change it)
Whoever wonders which word counts: `sources` (file, start and API, field by field; pure), `watching` (the file)
Whoever writes a strategy:     `compiling` (in a thread, with a deadline), `force` (swapped in as a whole)
Whoever follows a rollout:     `rollout` (begins, judges, changes it), `enrolling` (what turns tell), `reporting`
Whoever asks whether it is worse: `evidence` (the statistics), `guardrails` (what must not get worse), `cohort` (who is
                               compared with whom), `judge` (what follows for the share); all pure
Whoever compares unseen:       `shadow` (how often another variant would have done the same)
Whoever puts it together:      `switching` (the configuration), `rolling` (the rollout): held up while the server runs
"""
