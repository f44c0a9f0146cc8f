"""Which plugins there are, and what they contribute.

Whoever needs the plugins:       `load_plugins` (`loading`) and the `Catalogue` it returns (`catalogue`)
Whoever lists them:              `PluginRecord` (`records`)
Whoever looks for a way in:      `discovery` (entry points, allow and deny, before any import)
Whoever asks why one is out:     `guard` (one a plugin), `hooks` (do they fit), `sections` (its settings), `reasons`
Whoever starts and stops them:   `lifespans` (what they hold open while the server runs)
Whoever adds a kind of plugin:   `kinds` (what each registration hook may return, and under which name)

A bad plugin is quarantined and named, and contributes nothing; the rest runs. Nothing is logged here, but for one
that does not close: the records say it all, and whoever assembles the runtime reports them.
"""

from pulpo.plugins.catalogue import Catalogue
from pulpo.plugins.loading import load_plugins
from pulpo.plugins.records import PluginRecord, PluginState

__all__ = ["Catalogue", "PluginRecord", "PluginState", "load_plugins"]
