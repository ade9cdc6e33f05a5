"""The least that a call costs at Asterisk: an ARI script that answers, records, rings the next phone and joins the two.

No queue, no music, no wall, no records. ``python -m bench.calls_floor URL USER PASSWORD FIRST SEATS``; an empty line on stdin:
it prints the milliseconds from each caller's StasisStart to the ringing of a phone, by Asterisk's own clock, as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from datetime import datetime
from typing import Any

import websockets

from telephony.ari.client import AriClient, path
from telephony.ari.commands import UNUSED_EVENTS
from telephony.ari.protocol import parse_time
from telephony.errors import TelephonyError

APP = "xktcc"


class Floor:
    """Calls by the caller's channel. ``waits``: StasisStart to ringing, in ms."""

    def __init__(self, client: AriClient, seats: list[str]) -> None:
        self._client = client
        self._free = seats
        self._began: dict[str, datetime] = {}
        self._seat: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.waits: list[float] = []

    def take(self, event: dict[str, Any]) -> None:
        """One event of the socket."""
        kind = event["type"]
        if kind == "StasisStart" and event["args"][0] == "inbound":
            self._began[event["channel"]["id"]] = parse_time(event["timestamp"])
            self._spawn(self._serve(event["channel"]["id"]))
        elif kind == "StasisStart" and event["args"][0] == "snoop":
            call = event["args"][1]
            self._spawn(self._ask("channels", event["channel"]["id"], "record", name=f"floor-{call}", format="wav"))
        elif kind == "StasisStart" and event["args"][0] == "seat":
            call = event["args"][1]
            both = f"{call},{event['channel']['id']}"
            self._spawn(self._ask("bridges", f"mix-{call}", "addChannel", channel=both))
            self._spawn(self._ask("channels", call, "snoop", spy="both", app=APP, appArgs=f"snoop,{call}"))
        elif kind == "Dial" and event.get("dialstatus") == "RINGING":
            self._rings(event["peer"]["id"], parse_time(event["timestamp"]))
        elif kind == "ChannelDestroyed" and event["channel"]["id"] in self._seat:
            self._spawn(self._end(event["channel"]["id"]))

    def _rings(self, seat_channel: str, at: datetime) -> None:
        began = self._began.pop(seat_channel.removeprefix("seat-"), None)
        if began is not None:
            self.waits.append((at - began).total_seconds() * 1000)

    async def _serve(self, call: str) -> None:
        self._seat[call] = seat = self._free.pop(0)
        self._spawn(self._ask("channels", call, "answer"))
        self._spawn(self._ask("bridges", f"mix-{call}", type="mixing"))
        await self._ask(
            "channels",
            endpoint=f"PJSIP/{seat}",
            app=APP,
            appArgs=f"seat,{call}",
            channelId=f"seat-{call}",
            timeout="30",
        )

    async def _end(self, call: str) -> None:
        seat = self._seat.pop(call)
        for resource in (path("channels", f"seat-{call}"), path("bridges", f"mix-{call}")):
            with contextlib.suppress(TelephonyError):
                await self._client.request("DELETE", resource)
        self._free.append(seat)

    async def _ask(self, *segments: str, **params: str) -> None:
        with contextlib.suppress(TelephonyError):  # the caller was quicker; it shows as a failed call at the callers
            await self._client.request("POST", path(*segments), params)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def main(url: str, user: str, password: str, first: int, seats: int) -> None:
    """Serve until stdin ends."""
    async with AriClient(url, user, password) as client:
        floor = Floor(client, [str(first + place) for place in range(seats)])
        address = f"{client.socket_root}/ari/events?app={APP}&subscribeAll=true"
        async with websockets.connect(
            address, additional_headers={"Authorization": client.authorization}, proxy=None
        ) as events:
            await client.request(
                "PUT",
                path("applications", APP, "eventFilter"),
                body={"disallowed": [{"type": k} for k in UNUSED_EVENTS]},
            )
            print("ready", flush=True)
            answer = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
            answer.add_done_callback(lambda _: print(json.dumps(floor.waits), flush=True))
            async for frame in events:
                floor.take(json.loads(frame))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
