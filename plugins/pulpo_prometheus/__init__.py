"""The default metric sink: Prometheus.

Whoever reads metrics:       `catalogue` (names, labels, meaning), ``monitoring/README.md``
Whoever configures it:       `plugin` (hooks and settings)
Whoever adds a metric:       `catalogue`, then `sink` (which event moves it)
Whoever asks about cost:     `children` (labels made ahead, names capped), `lag` (the event loop's lateness)
"""
