from pulpo.testing import Agent


async def test_it_says_hello(agent: Agent) -> None:
    assert await agent.call("say_hello", {"name": "Ana"}) == "Hola, Ana!"
