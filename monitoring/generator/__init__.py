"""Writes what stands in ``monitoring/`` from the product's own definitions: ``python -m generator`` in that folder.

Whoever writes everything:   `__main__` (``--check`` says what would change, and changes nothing)
Whoever changes an alert:    `pulpo.observability.alerts` and `slo`; `rules` only puts them into Prometheus' form
Whoever changes a dashboard: `dashboards` (which panels there are), `panels` (how they look), `scenes` (one module each)
"""
