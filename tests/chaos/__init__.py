"""The composed system, hurt on purpose while people use it: two replicas, PostgreSQL, Valkey and nginx, all real.

=============  ===================================================================
``composed``   puts the system together
``faults``     what is done to it, each with what people may notice meanwhile
``story``      one fault after another under load, and how each went
``laws``       what must hold at the end
=============  ===================================================================

Single faults, and what each part makes of them, are in ``tests/integration/chaos``.
"""
