"""What happened, told to whoever listens.

Whoever assembles the runtime:  `events` (the bus from emitters to sinks)
Whoever reads logs:             `logging` (JSON lines, what stands in them), `redaction` (what must not), `lines` (how)
Whoever asks how it does:       `health`, `slo` (objectives and budgets), `alerts`, `performance` (tools),
                                `recent` (what this process saw lately), `prometheus` (asks one)

Metrics are a plugin's business (`pulpo_prometheus` is the default one): it receives the same events as the log.
"""
