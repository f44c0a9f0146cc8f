"""What keeps a failing part from failing the whole.

Whoever assembles the runtime:  `guards` (all of the following, in one value)
Whoever runs tools:             `breaker` (stops calling what keeps failing), `breakers` (one a workspace and tool),
                                `retry` (tries again, within a budget), `threads` (for sync tools),
                                `cache` (for read-only tools), `room` (how many at once)
Whoever is asked too much:      `limits` (those of the settings), `limiter` (who asks for what), `windows` (counting)
Whoever operates:               `orders` (operators' orders to breakers, on every replica)

This package uses anyio alone, like `pulpo.turns`.
"""
