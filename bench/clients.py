"""Many supervisors in one process, as light as possible. ``python -m bench.clients floor|wall URL COUNT [COOKIE]``.

Says ``ready`` when everyone has the whole wall. Then for each line on its input answers with a line of JSON: what came since the line
before, as ``[round trip, moment]`` pairs in monotonic seconds.
"""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

WALL = "reflex___state____state.xktcc_app___state___wall____wall_state"
HYDRATE = "reflex___state____state.hydrate_and_load"
EVENT = '42/_event,["event",'
PAGE = {"pathname": "/seats", "asPath": "/seats", "query": {}}


class Clients:
    """What they receive, all in one list."""

    def __init__(self) -> None:
        self.got: list[tuple[float, float]] = []
        self.complete = 0

    async def on_floor(self, url: str) -> None:
        """One client of the floor."""
        async with connect(url, compression=None, max_size=None) as socket:
            await socket.recv()
            self.complete += 1
            async for frame in socket:
                now = time.monotonic()
                self.got.extend((row["rtt"], now) for row in orjson.loads(frame).values())

    async def on_wall(self, url: str, cookie: str) -> None:
        """One supervisor's page."""
        address = f"{url}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
        async with connect(address, additional_headers={"Cookie": cookie}, compression=None, max_size=None) as socket:
            await socket.recv()
            boot = {"event": {"name": HYDRATE, "payload": {}, "router_data": PAGE}}
            await socket.send(f"40/_event,{orjson.dumps(boot).decode()}")
            await self._follow(socket)

    async def _follow(self, socket: ClientConnection) -> None:
        complete = False
        async for frame in socket:
            now = time.monotonic()
            if frame == "2":
                await socket.send("3")
                continue
            if frame == "1":  # the server goes
                return
            if not str(frame).startswith(EVENT):
                continue
            delta: dict[str, Any] = orjson.loads(frame[len(EVENT) : -1]).get("delta", {}).get(WALL, {})
            if not complete:
                complete = bool(delta.get("loaded_rx_state_"))
                self.complete += complete
                continue
            self.got.extend((value["rtt"], now) for key, value in delta.items() if key.startswith("seat_1"))


async def main(kind: str, url: str, count: int, cookie: str = "") -> None:
    """Connect, then answer line by line until the input ends."""
    clients = Clients()
    work = [clients.on_floor(url) if kind == "floor" else clients.on_wall(url, cookie) for _ in range(count)]
    tasks = [asyncio.create_task(one) for one in work]
    while clients.complete < count:
        failed = [task for task in tasks if task.done()]
        assert not failed, failed[0].exception()
        await asyncio.sleep(0.02)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        told, clients.got = clients.got, []
        print(orjson.dumps(told).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
