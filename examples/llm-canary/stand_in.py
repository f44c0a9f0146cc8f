"""A stand-in for a language model: it speaks OpenAI's protocol and knows a handful of sentences about a salon.

It lets the example run without a key and without a download. `POST /break` makes it fail, `POST /mend` ends that.

    python examples/llm-canary/stand_in.py 8080
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOKS = {
    "get_services": r"servic|precio|cuesta|price|cost|much",
    "get_business_hours": r"horario|abr[eí]|cierra|hours|open",
    "list_my_appointments": r"mis citas|mi cita|my appointment",
}
BOOKING = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)\D+(?P<time>\d\d:\d\d)\D+?(?P<name>[A-ZÁÉÍÓÚ]\w+)\D+(?P<phone>\+?[\d ]{9,})"
)
DATA = re.compile(r"<data>(\{.*?)</data>", re.DOTALL)


def think(request: dict[str, Any]) -> dict[str, Any]:
    """Return the message that answers ``request``."""
    messages = request["messages"]
    results = [found for each in messages if each["role"] == "tool" for found in data(each["content"])]
    if results:
        return {"role": "assistant", "content": results[-1].get("text") or json.dumps(results[-1].get("value"))}
    said = next(each["content"] for each in reversed(messages) if each["role"] == "user")
    if booking := BOOKING.search(said):
        return calls("book_appointment", {**booking.groupdict(), "service": service(said, messages[0]["content"])})
    for tool, words in LOOKS.items():
        if re.search(words, said, re.IGNORECASE):
            return calls(tool, {})
    return {"role": "assistant", "content": "Puedo decirle precios y horarios, o reservarle una cita. ¿Qué desea?"}


def service(said: str, system: str) -> str:
    """Find the service that was named among those that the system prompt lists."""
    known: list[dict[str, str]] = []
    for found in data(system):
        known = known or found.get("values", {}).get("service", [])
    words = set(re.findall(r"\w+", said.lower()))
    named = (each["value"] for each in known if words & set(re.findall(r"\w{4,}", each["label"].lower())))
    return str(next(named, "corte"))


def calls(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a message that asks for one tool."""
    function = {"name": tool, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}


def data(text: str) -> Iterator[dict[str, Any]]:
    """Yield what stands between the marks of data."""
    yield from (json.loads(found) for found in DATA.findall(text))


class Handler(BaseHTTPRequestHandler):
    """Serves chat completions."""

    protocol_version = "HTTP/1.1"
    broken = False

    def do_POST(self) -> None:
        """Answer a request, or switch the trouble on and off."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path in ("/break", "/mend"):
            Handler.broken = self.path == "/break"
            return self._send(200, {"broken": Handler.broken})
        if Handler.broken:
            return self._send(500, {"error": {"code": "out_of_order"}})
        message = think(json.loads(body))
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if "tool_calls" in message else "stop"}
        # Four characters a token, as a rule of thumb has it: it is a stand-in.
        usage = {"prompt_tokens": len(body) // 4, "completion_tokens": len(json.dumps(message)) // 4}
        return self._send(200, {"object": "chat.completion", "choices": [choice], "usage": usage})

    def _send(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library names it
        """Be quiet."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    sys.stdout.write(f"a stand-in for a model listens on http://127.0.0.1:{port}/v1\n")
    sys.stdout.flush()
    server.serve_forever()
