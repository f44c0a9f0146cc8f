"""What keeps a failing part from failing the whole.

Whoever runs tools:  `breaker` (stops calling what keeps failing)
"""
