"""Twenty secrets and personal data, planted where strangers and failures put them, are found in no log and metric."""

from __future__ import annotations

from io import BytesIO

import httpx

from pulpo.observability.logging import log, open_log

PLANTED = (
    "ana.lopez@example.com",
    "bob+chat@mail.example.org",
    "+34 612 345 678",
    "+54 9 11 2345-6789",
    "(555) 123-4567",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "sk-proj-abcdefghijklmnopqrstuvwxyz012345",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-123456789012-abcdefghijklmnop",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "postgresql://pulpo:hunter2secret@db.example/pulpo",
    "Bearer abcdef0123456789abcdef0123456789",
    "pulpo_0123456789abcdef0123456789abcdef",
    "password=correct-horse-battery",
    "api_key=0123456789abcdef0123",
    "marta@example.net",
    "+1 202-555-0143",
    "378282246310005",
)
HEADERS = ("authorization-copy", "cookie", "x-note")
PAGES = (
    "/metrics",
    "/metrics/health",
    "/metrics/slo/status",
    "/metrics/alerts/active",
    "/metrics/tools/performance",
    "/metrics/overview",
)


async def test_nothing_planted_is_found(client: httpx.AsyncClient) -> None:
    stream = BytesIO()
    with open_log("debug", stream=stream):
        for number, secret in enumerate(PLANTED):
            headers = {HEADERS[number % len(HEADERS)]: secret, "traceparent": secret, "x-request-id": secret}
            for message in (secret, f"greet {secret}"):
                body = {"message": message, "user_id": secret}
                answered = await client.post("/chat", json=body, headers=headers)
                assert answered.status_code == 200, answered.text
                assert not any(secret in value for value in answered.headers.values())
            log().error("planted", error=f"RuntimeError: {secret}", exc_info=RuntimeError(secret))
        pages = [(await client.get(path)).text for path in PAGES]
    lines = stream.getvalue().decode()
    assert lines.count("turn finished") == 2 * len(PLANTED)
    assert [secret for secret in PLANTED if secret in lines] == []
    for path, page in zip(PAGES, pages, strict=True):
        assert [secret for secret in PLANTED if secret in page] == [], path
