"""Order among scripts."""

from collections.abc import Mapping
from typing import Any

import pytest

from taskyard.runner.control import ControlError
from taskyard.runner.shim.sync import seconds
from taskyard.runner.sync import SyncGraph


async def do(graph: SyncGraph, method: str, **params: Any) -> Mapping[str, Any]:
    return await graph.methods[f"sync.{method}"](params)


@pytest.mark.asyncio
async def test_a_unit_starts_when_all_it_waits_for_is_done() -> None:
    graph = SyncGraph()
    await do(graph, "want", unit="app", needs=["db", "cache"])

    early = await do(graph, "start", unit="app")
    for unit in ("db", "cache"):
        await do(graph, "start", unit=unit)
        await do(graph, "complete", unit=unit)
    late = await do(graph, "start", unit="app")

    assert early == {"started": False, "missing": ["cache", "db"]}
    assert late == {"started": True, "missing": []}


@pytest.mark.asyncio
async def test_waiting_for_each_other_is_refused() -> None:
    graph = SyncGraph()
    await do(graph, "want", unit="a", needs=["b"])
    await do(graph, "want", unit="b", needs=["c"])

    for needs in (["a"], ["c"]):
        with pytest.raises(ControlError, match="for ever"):
            await do(graph, "want", unit="c", needs=needs)


@pytest.mark.asyncio
async def test_steps_out_of_order_are_refused() -> None:
    graph = SyncGraph()

    with pytest.raises(ControlError, match="has not been started"):
        await do(graph, "complete", unit="a")
    await do(graph, "start", unit="a")
    with pytest.raises(ControlError, match="cannot wait for more"):
        await do(graph, "want", unit="a", needs=["b"])
    await do(graph, "complete", unit="a")
    with pytest.raises(ControlError, match="completed already"):
        await do(graph, "start", unit="a")
    with pytest.raises(ControlError, match="name of a unit"):
        await do(graph, "start")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("7", 7)],
)
def test_durations_are_read(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "5 m", "5x"])
def test_other_words_are_no_durations(text: str) -> None:
    with pytest.raises(SystemExit):
        seconds(text)
