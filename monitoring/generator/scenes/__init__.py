"""What is on each dashboard.

Whoever looks first:         `overview`
Whoever looks closer:        `tools`, `agent` (planners and models), `canary`, `slo`
"""

from generator.scenes import agent, canary, overview, slo, tools

DASHBOARDS = (overview.DASHBOARD, canary.DASHBOARD, slo.DASHBOARD, agent.DASHBOARD, tools.DASHBOARD)
