"""Whole turns in simulated time, under faults that a seed decides; the same seed gives the same run.

`faults` (what may go wrong, decided by the seed), `store` (the real statements over one connection, without
threads), `tools` and `planners` (hostile ones), `world` (processes, clients, crashes), `laws` (what must hold
afterwards whatever happened).
"""
