"""A PBX that only talks: enough of ARI for the real driver to start, then events at the asked rate. Run as a process.

``python -m bench.source PORT SEATS``. ``POST /bench/run?rate=200&seconds=10`` sends and answers with each event's moment
(monotonic seconds, common to all processes of the machine), in the order of their numbers.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime

import orjson
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from telephony.ari.diagnose import MODULES, WANTED_MODULES

ROUND = 9000
STRIDE = 7927
FIRST_SEAT = 1001


def round_trip_ms(number: int) -> float:
    """The round trip by which event ``number`` is recognised at the other end; unlike that of the seat's event before."""
    return 10 + (number * STRIDE % ROUND) / 10


def number_of(round_trip: float) -> int:
    """The event's number, within ``ROUND``."""
    return round((round_trip - 10) * 10) * pow(STRIDE, -1, ROUND) % ROUND


class Source:
    """Sends ``ContactStatusChange``, as Asterisk does for every phone's qualify."""

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._sockets: set[WebSocket] = set()
        self._sent = 0
        modules = [words.split("|")[0] for words in (*MODULES, *WANTED_MODULES)]
        names = range(FIRST_SEAT, FIRST_SEAT + seats)
        phones = [{"technology": "PJSIP", "resource": str(name), "state": "online"} for name in names]
        self._known = {
            "/asterisk/info": {"system": {"version": "22.10"}},
            "/asterisk/modules": [{"name": f"{name}.so", "status": "Running"} for name in modules],
            "/bridges": [{"id": "xk-queue-xktcc", "bridge_type": "holding", "channels": []}],
            "/endpoints": phones,
            "/endpoints/PJSIP": phones,
        }

    async def events(self, socket: WebSocket) -> None:
        """The event socket."""
        await socket.accept()
        self._sockets.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            self._sockets.discard(socket)

    async def run(self, request: Request) -> Response:
        """Send events at a rate; answers when the last is sent."""
        rate, seconds = float(request.query_params["rate"]), float(request.query_params["seconds"])
        first, moments = self._sent, []
        begun = time.monotonic()
        while (due := begun + len(moments) / rate) < begun + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            frame = self._frame(self._sent)
            moments.append(time.monotonic())
            self._sent += 1
            for socket in tuple(self._sockets):
                await socket.send_text(frame)
        return _json({"first": first, "moments": moments})

    def _frame(self, number: int) -> str:
        phone = str(FIRST_SEAT + number * 37 % self._seats)
        return orjson.dumps(
            {
                "type": "ContactStatusChange",
                "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000",
                "endpoint": {"technology": "PJSIP", "resource": phone, "state": "online", "channel_ids": []},
                "contact_info": {
                    "uri": f"sip:{phone}@127.0.0.1:5060;ob",
                    "contact_status": "Reachable",
                    "aor": phone,
                    "roundtrip_usec": str(round(round_trip_ms(number) * 1000)),
                },
                "asterisk_id": "02:00:00:00:00:01",
                "application": "xktcc",
            }
        ).decode()

    async def answer(self, request: Request) -> Response:
        """Whatever is asked before the start and by the driver at its start: a PBX with which nothing is wrong."""
        path, reads = request.url.path, request.method == "GET"
        if (reads and "/applications/" in path) or path.endswith("-nobody"):
            return _json({"message": "not found"}, 404)
        if reads and "/endpoints/PJSIP/" in path:
            return _json({"technology": "PJSIP", "resource": path.rpartition("/")[2], "state": "online"})
        return _json(self._known.get(path.removeprefix("/ari"), []) if reads else {})


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


async def main(port: int, seats: int) -> None:
    """Serve until killed."""
    source = Source(seats)
    app = Starlette(
        routes=[
            WebSocketRoute("/ari/events", source.events),
            Route("/bench/run", source.run, methods=["POST"]),
            Route("/{path:path}", source.answer, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
    )
    await Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
