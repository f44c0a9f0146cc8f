"""The default metric sink: Prometheus.

Whoever reads metrics:       `catalogue` (names, labels, meaning), ``monitoring/README.md``
Whoever configures it:       `plugin` (hooks and settings)
Whoever adds a metric:       `catalogue`, then the module whose events move it: `turns`, `tools`, `models`, `routing`,
                             `process`
Whoever joins them:          `sink`
Whoever asks about cost:     `children` (counting), `families` (labels made ahead, names capped), `page` (writing),
                             `shared` (several processes, one page), `lag` (the event loop's lateness)
"""
