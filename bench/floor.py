"""The floor: a bare WebSocket and orjson do by the least of means what the wall does. Run as a process.

``python -m bench.floor PORT SOURCE_PORT SEATS``: reads the source's events, gathers the changed rows to twenty messages a second, and
sends them to whoever is connected.
"""

from __future__ import annotations

import asyncio
import sys

import orjson
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.source import FIRST_SEAT
from xktcc_app.domain.wire import NO_SEAT, Seat

GATHER_S = 0.05


class Floor:
    """Rows as large as the wall's."""

    def __init__(self, seats: int) -> None:
        self._rows = {
            str(number): {key: NO_SEAT[key] for key in Seat.__annotations__} | {"id": str(number), "name": "坐席"}
            for number in range(FIRST_SEAT, FIRST_SEAT + seats)
        }
        self._changed: set[str] = set()
        self._news = asyncio.Event()
        self._clients: set[ServerConnection] = set()

    async def take(self, client: ServerConnection) -> None:
        """A client comes: everything first, then what changes."""
        await client.send(orjson.dumps(self._rows).decode())
        self._clients.add(client)
        await client.wait_closed()
        self._clients.discard(client)

    async def read(self, source_port: int) -> None:
        """Take the source's events into the rows."""
        async with connect(f"ws://127.0.0.1:{source_port}/ari/events?app=floor", compression=None) as source:
            async for frame in source:
                event = orjson.loads(frame)
                seat = event["endpoint"]["resource"]
                self._rows[seat]["rtt"] = int(event["contact_info"]["roundtrip_usec"]) / 1000
                self._changed.add(seat)
                self._news.set()

    async def send(self) -> None:
        """Send what changed, gathered."""
        while True:
            await self._news.wait()
            self._news.clear()
            changed, self._changed = self._changed, set()
            broadcast(self._clients, orjson.dumps({seat: self._rows[seat] for seat in changed}).decode())
            await asyncio.sleep(GATHER_S)


async def main(port: int, source_port: int, seats: int) -> None:
    """Serve until killed."""
    floor = Floor(seats)
    async with serve(floor.take, "127.0.0.1", port, compression=None), asyncio.TaskGroup() as tasks:
        tasks.create_task(floor.read(source_port))
        tasks.create_task(floor.send())


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
