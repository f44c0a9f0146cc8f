from pulpo.testing import Agent


async def test_it_knows_its_prices(agent: Agent) -> None:
    result = await agent.call("see_menu", {"pizza": "napolitana"})
    assert result.value == {"napolitana": 9}
