"""The queue of a socket without its timer."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from engineio.exceptions import QueueEmpty

from xktcc_app.live.sockets import speed_up


@pytest.fixture
def socket() -> Any:
    made: Any = SimpleNamespace(queue=asyncio.Queue())
    speed_up(made)
    return made


async def test_everything_that_waits_comes_at_once_and_in_order(socket: Any) -> None:
    for packet in "abc":
        socket.queue.put_nowait(packet)
    assert await socket.poll() == ["a", "b", "c"]
    await asyncio.wait_for(socket.queue.join(), 1)


async def test_the_end_stays_for_the_next_poll(socket: Any) -> None:
    socket.queue.put_nowait("a")
    socket.queue.put_nowait(None)
    assert await socket.poll() == ["a"]
    assert await socket.poll() == []


async def test_a_cancelled_writer_ends_as_with_an_empty_queue(socket: Any) -> None:
    waiting = asyncio.ensure_future(socket.poll())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(QueueEmpty):
        await waiting
