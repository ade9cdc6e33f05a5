"""What puts the shared centre back between two tests: its wall is open all the time, so that looking costs nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from telephony.types import SeatState
from tests.e2e.centre import KEEPER, PEOPLE, READY, Centre
from tests.e2e.waiting import until
from tests.support.wall_client import WALL, ToolbarClient, WallClient

ON_CALL = {SeatState.ALERTING, SeatState.TALKING, SeatState.HOLD}
HOME = dict.fromkeys(READY, SeatState.READY) | dict.fromkeys(PEOPLE, SeatState.LOGGED_OFF)


@dataclass
class Keeper:
    """``put_back`` leaves every seat and phone as ``Centre.opened`` has them, whatever the test did, even a failed one."""

    centre: Centre
    _wall: WallClient | None = None

    async def put_back(self) -> None:
        await asyncio.to_thread(self.centre.calm_down)
        wall = await self._open()
        await until(self._hung_up, "nobody is on a call any more")
        for agent, state in HOME.items():
            if wall.state(agent) != state:
                await self._send_home(wall, agent)
        await until(self._is_home, "every seat and phone as at the beginning")

    async def close(self) -> None:
        if self._wall:
            await self._wall.close()

    async def _open(self) -> WallClient:
        if self._wall is None or self._wall.socket.closed:
            cookie = await asyncio.to_thread(self.centre.log_in, KEEPER)
            self._wall = await WallClient(self.centre.url, f"xktcc_session={cookie}").open()
        await until(self._is_live, "the wall is live")
        return self._wall

    async def _send_home(self, wall: WallClient, agent: str) -> None:
        if wall.state(agent) == SeatState.LOGGED_OFF:  # only the agents themselves take up their phones
            cookie = await asyncio.to_thread(self.centre.log_in, agent)
            toolbar = await ToolbarClient(self.centre.url, f"xktcc_session={cookie}").open()
            await toolbar.do("log_on", SeatState.BUSY)
            await toolbar.close()
        await wall.socket.call(f"{WALL}.force", agent_id=agent, action=HOME[agent])

    async def _is_live(self) -> bool:
        return self._wall is not None and not self._wall.stale

    async def _hung_up(self) -> bool:
        await asyncio.to_thread(self.centre.calm_down)  # a queued caller may have been on the way to the next seat
        return self._wall is not None and not any(seat["state"] in ON_CALL for seat in self._wall.seats.values())

    async def _is_home(self) -> bool:
        if self._wall is None:
            return False
        seats = self._wall.seats
        return all(
            seats[agent]["state"] == state and seats[agent]["network"] not in {"offline", "unknown"}
            for agent, state in HOME.items()
        )
