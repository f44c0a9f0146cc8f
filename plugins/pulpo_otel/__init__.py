"""Traces of turns, sent to an OpenTelemetry collector (extra ``otel``). Without an endpoint nothing of it is loaded.

Whoever reads traces:     `names` (every attribute there is), ``monitoring/README.md``
Whoever configures it:    `plugin` (hooks and settings)
Whoever changes a span:   `spans` (events become spans: pure), `content` (what was said, only where asked for)
Whoever joins them:       `sink` (collects a turn's events, decides what is recorded), `export` (the SDK's part)
"""
