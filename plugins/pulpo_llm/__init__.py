"""The planner "llm": any chat model behind an OpenAI-protocol server decides the next step (extra ``llm``).

Whoever plugs it in:        `plugin` (hooks), `config` (settings of a variant)
Whoever follows a step:     `planner` (asks, mends once, decides), `prompt` and `texts` (what the model is told),
                            `toolbox` (what it may ask for), `reading` (what it said, taken strictly), `memory`
                            (what the conversation keeps of it)
Whoever follows a call:     `client` (one request, pooled, within its time), `protocol` (what goes over the wire),
                            `stream` (a response in pieces), `errors` (how it can fail)
"""
