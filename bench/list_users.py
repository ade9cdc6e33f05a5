"""People at the record lists in one process, as light as possible: ``python -m bench.list_users URL COUNT COOKIE``.

Each opens a page by its address, thinks a second and opens another. Says ``ready`` when all are connected. Then for each line on its
input answers with a line of JSON: how many ms each answer took that came since the line before.
"""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from urllib.parse import parse_qsl

import orjson
from websockets.asyncio.client import ClientConnection, connect

from xktcc_app.live.client_vars import client_key

HYDRATE = "reflex___state____state.hydrate_and_load"
EVENT = '42/_event,["event",'
THINK_S = 1.0
_STATES = {
    page: f"reflex___state____state.xktcc_app___state___{page}____{page}_state"
    for page in ("elders", "orders", "calls")
}
ADDRESSES = (
    *("/elders?", "/elders?name=王", "/elders?name=李&gender=f", "/elders?phone=1234", "/elders?types=lives_alone&page=10"),
    *("/elders?name=wgl", "/elders?name=桂兰", "/elders?youngest=80&gender=f", "/elders?name=葛", "/elders?phone=8888"),
    *("/orders?", "/orders?elder=王", "/orders?category=meals&status=settled&payment=voucher", "/orders?status=accepted"),
    *("/orders?service=助浴&page=10", "/orders?elder=秀英", "/orders?amount_from=300", "/orders?provider=7"),
    *("/calls?", "/calls?name=王", "/calls?number=1234", "/calls?status=abandoned", "/calls?name=李&direction=outbound&valid=1"),
    *("/calls?agent=1002", "/calls?since=2026-11-01&until=2026-11-10", "/calls?status=system_failure", "/calls?page=10"),
)  # fmt: skip


class Person:
    """One browser's socket."""

    def __init__(self, place: int, taken: list[float]) -> None:
        self._at = place
        self._taken = taken

    async def work(self, url: str, cookie: str, connected: asyncio.Event) -> None:
        """Connect, then ask until killed."""
        address = f"{url}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
        async with connect(
            address, origin=None, additional_headers={"Cookie": cookie}, compression=None, max_size=None
        ) as socket:
            await socket.recv()
            boot = {"event": _event(HYDRATE, "/elders?")}
            await socket.send(f"40/_event,{orjson.dumps(boot).decode()}")
            await self._answer(socket, _STATES["elders"])
            connected.set()
            await asyncio.sleep(self._at % 20 * THINK_S / 20)
            while True:
                await self._ask(socket)
                await asyncio.sleep(THINK_S)

    async def _ask(self, socket: ClientConnection) -> None:
        self._at += 7
        page = ADDRESSES[self._at % len(ADDRESSES)]
        state = _STATES[page[1:].partition("?")[0]]
        began = time.perf_counter()
        await socket.send(f"42/_event,{orjson.dumps(['event', _event(f'{state}.load', page)]).decode()}")
        await self._answer(socket, state)
        self._taken.append((time.perf_counter() - began) * 1000)

    async def _answer(self, socket: ClientConnection, state: str) -> None:
        busy = client_key("busy")
        async for frame in socket:
            if frame == "2":
                await socket.send("3")
            elif str(frame).startswith(EVENT):
                delta = orjson.loads(str(frame)[len(EVENT) : -1]).get("delta") or {}
                told = delta.get(state, {})
                if told.get(busy) is False:
                    if failure := told.get(client_key("failure")):
                        raise RuntimeError(f"the list failed: {failure}")
                    return


def _event(name: str, address: str) -> dict[str, object]:
    path, _, query = address.partition("?")
    where = {"pathname": path, "asPath": address, "query": dict(parse_qsl(query))}
    return {"name": name, "payload": {}, "router_data": where}


async def main(url: str, count: int, cookie: str) -> None:
    """Connect, then answer line by line until the input ends."""
    taken: list[float] = []
    there = [asyncio.Event() for _ in range(count)]
    tasks = [asyncio.create_task(Person(place, taken).work(url, cookie, there[place])) for place in range(count)]
    while not all(one.is_set() for one in there):
        failed = [task for task in tasks if task.done()]
        if failed:
            failed[0].result()
        await asyncio.sleep(0.02)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        told = taken.copy()
        taken.clear()
        print(orjson.dumps(told).decode(), flush=True)
        for task in tasks:
            if task.done():
                task.result()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
