"""The HTTP door.

Whoever serves it:             `app` (`create_app`)
Whoever adds an operation:     `operations` (what one is), `chat`, `conversations`, `health`, `breakers`, `approvals`,
                               `metrics`, `overview`, `site` (those there are), `routes` (those of plugins),
                               `openapi` (the document of them)
Whoever asks who may call:     `auth` (keys, scopes, the keyless demo), `belief` (for how long), `visitors` (the chat
                               page's cookie)
Whoever follows a request:     `serving` (its way), `wire` (bytes, limits, headers), `reading` (checked values),
                               `problems` (errors as clients see them), `misfits` (what is wrong where),
                               `limits` (who sends too much), `streams` (answers that go on: server-sent events)
Whoever writes pages:          `pages`
"""
