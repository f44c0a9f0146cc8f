"""A weekend's load against the autoscaler's rule, as its manifest states it.

===========  ==================================================================
``rule``     what the HorizontalPodAutoscaler's controller decides, each 15 s
``demand``   how many turns a second people bring, hour by hour
``replay``   pods that are added, start, serve, drain and are taken away
``__main__`` measures a turn on the real server, replays, draws and compares
===========  ==================================================================
"""
