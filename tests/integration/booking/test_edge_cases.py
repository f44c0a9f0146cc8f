"""The design's edge cases once more, on PostgreSQL: the same tests, with this folder's `open_counter`."""

from unit.pulpo_booking.test_edge_cases import *  # noqa: F403
