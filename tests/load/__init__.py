"""Load on a real server: many people who ask, book, move and cancel in Spanish and English, and what came of it.

``tox -e load -- spike`` (see ``--help``) starts a server of its own on the loopback, or meets one that listens there.

==============  ==========================================================================
``journeys``    what people say, one generator a story
``visits``      one person's way through a story: the next message, its key, what was told
``profiles``    how many messages a second, when
``driver``      sends them at that rate, whether or not the server keeps up (open loop)
``locustfile``  the same people as locust's users, who wait for their answers (closed loop)
``house``       the server of a run: its salon, its pinned capacity, its rows
``figures``     what the samples of a run say
``plot``        lines over time as SVG
``report``      HTML and JSON
==============  ==========================================================================
"""
