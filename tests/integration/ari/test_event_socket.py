"""The event socket against servers that break in every way."""

from __future__ import annotations

import asyncio
import http
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from telephony.ari.socket import Beat, EventSocket, Fatal, Frame, Lost, Opened, SocketItem
from telephony.errors import PbxCredentialsError

Talk = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[tuple[EventSocket, asyncio.Queue[SocketItem]]]:
    inbox: asyncio.Queue[SocketItem] = asyncio.Queue()
    socket = EventSocket(f"ws://127.0.0.1:{port}", "xktcc", "Basic eA==", inbox.put_nowait)
    task = asyncio.create_task(socket.run())
    try:
        yield socket, inbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def following(inbox: asyncio.Queue[SocketItem], kind: type[Any], within_s: float = 5) -> Any:
    async with asyncio.timeout(within_s):
        while True:
            item = await inbox.get()
            if isinstance(item, kind):
                return item


def port_of(server: Any) -> int:
    return next(iter(server.sockets)).getsockname()[1]


async def test_frames_come_in_order_and_the_pulse_between() -> None:
    paths: list[str] = []

    async def talk(connection: ServerConnection) -> None:
        paths.append(connection.request.path if connection.request else "")
        for number in range(3):
            await connection.send(f'{{"n": {number}}}')
        await connection.wait_closed()

    async with serve(talk, "127.0.0.1", 0) as server, listening(port_of(server)) as (_socket, inbox):
        await following(inbox, Opened)
        assert [(await following(inbox, Frame)).data for _ in range(3)] == [b'{"n": 0}', b'{"n": 1}', b'{"n": 2}']
        await following(inbox, Beat, 2)
        await following(inbox, Beat, 2)
    assert paths == ["/ari/events?app=xktcc&subscribeAll=false"]


async def test_a_closed_socket_is_opened_again_at_once() -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.close()

    async with serve(talk, "127.0.0.1", 0) as server, listening(port_of(server)) as (_socket, inbox):
        clock = asyncio.get_running_loop().time
        await following(inbox, Lost)
        begun = clock()
        await following(inbox, Opened)
        assert clock() - begun < 0.15
        await following(inbox, Lost)
        begun = clock()
        await following(inbox, Opened)
        assert clock() - begun > 0.1  # from the second failure on there is a pause


async def test_nobody_waits_when_told_to_hurry() -> None:
    inbox: asyncio.Queue[SocketItem]
    async with listening(1) as (socket, inbox):
        for _ in range(4):
            await following(inbox, Lost)
        clock = asyncio.get_running_loop().time
        begun = clock()
        for _ in range(3):
            socket.reconnect_now()
            await following(inbox, Lost)
            await asyncio.sleep(0)
        assert clock() - begun < 3.5


async def test_a_refused_user_is_final() -> None:
    async def talk(_connection: ServerConnection) -> None: ...

    def refuse(connection: ServerConnection, _request: Any) -> Any:
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "no")

    async with (
        serve(talk, "127.0.0.1", 0, process_request=refuse) as server,
        listening(port_of(server)) as (_socket, inbox),
    ):
        assert isinstance((await following(inbox, Fatal)).error, PbxCredentialsError)


async def test_a_busy_server_is_tried_again() -> None:
    async def talk(_connection: ServerConnection) -> None: ...

    def refuse(connection: ServerConnection, _request: Any) -> Any:
        return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "later")

    async with (
        serve(talk, "127.0.0.1", 0, process_request=refuse) as server,
        listening(port_of(server)) as (_socket, inbox),
    ):
        assert (await following(inbox, Lost)).reason == "status 503"
        await following(inbox, Lost)


async def test_a_dead_peer_is_noticed_within_three_seconds() -> None:
    """A relay that stops passing anything on: the connection stands, but nothing comes."""
    frozen = asyncio.Event()
    writers: list[asyncio.StreamWriter] = []

    async def talk(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve(talk, "127.0.0.1", 0) as server:

        async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(4096):
                if not frozen.is_set():
                    target.write(data)

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            onward, back = await asyncio.open_connection("127.0.0.1", port_of(server))
            writers.extend((writer, back))
            await asyncio.gather(pass_on(reader, back), pass_on(onward, writer), return_exceptions=True)

        middle = await asyncio.start_server(relay, "127.0.0.1", 0)
        async with listening(port_of(middle)) as (_socket, inbox):
            await following(inbox, Beat)
            frozen.set()
            begun = asyncio.get_running_loop().time()
            await following(inbox, Lost)
            assert asyncio.get_running_loop().time() - begun < 3
        for writer in writers:
            writer.close()
        middle.close()
