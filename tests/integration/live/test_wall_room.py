"""What a browser on the wall gets, from bus to socket."""

from telephony.types import SeatState
from tests.support.served_live import ServedLive
from tests.support.views import seat
from xktcc_app.live.client_vars import seat_key
from xktcc_app.state.session import PulseState, SessionState
from xktcc_app.state.wall import WallState

WALL = WallState.get_full_name()
LOAD = f"{WALL}.load"
GREET = f"{SessionState.get_full_name()}.require_login"


async def test_joining_brings_everything_and_changes_follow(served: ServedLive, browse) -> None:
    served.publish(seat("1001"), seat("1002", state=SeatState.BUSY), seat("2001", org_id=2))
    page = await browse(served.log_in("boss", "admin"), page="/seats")
    await page.call(GREET)
    await page.call(LOAD)
    await page.until(lambda: page.value(WallState, "loaded"), what="the snapshot")
    assert page.value(SessionState, "perms")["seats.view"]
    assert [ident for ident in page.value(WallState, "seat_ids") if ident in {"1001", "1002", "2001"}] == [
        "1001",
        "1002",
        "2001",
    ]
    assert page.values[WALL][seat_key("1002")]["state"] == "busy"

    before = len(page.deltas)
    served.publish(seat("1002", state=SeatState.TALKING))
    await page.until(lambda: page.values[WALL][seat_key("1002")]["state"] == "talking")
    changed = [delta[WALL] for _, delta in page.deltas[before:] if WALL in delta]
    assert all(seat_key("1001") not in delta for delta in changed)


async def test_the_heartbeat_comes_every_second(served: ServedLive, browse) -> None:
    page = await browse(served.log_in("boss", "admin"))
    await page.call(LOAD)
    await page.until(lambda: page.value(WallState, "loaded"))
    first = page.value(PulseState, "now_ms")
    await page.until(lambda: page.value(PulseState, "now_ms") > first)


async def test_a_television_keeps_its_session_awake_and_a_desk_does_not(served: ServedLive, browse) -> None:
    desk = await browse(served.log_in("desk", "supervisor"), page="/seats")
    television = await browse(served.log_in("television", "supervisor"), page="/seats?tv=1")
    for page in (desk, television):
        await page.call(LOAD)
        await page.until(lambda page=page: page.value(WallState, "loaded"))

    def touched_by_a_look_round() -> set[str]:
        def look() -> set[str]:
            served.sessions.touched.clear()
            served.live.look_round()
            return {f"xktcc_session={secret}" for secret in served.sessions.touched}

        return served.do(look)

    assert touched_by_a_look_round() & {desk.cookie, television.cookie} == {television.cookie}
    await television.call(f"{WALL}.leave")
    await television.until(lambda: not television.value(WallState, "loaded"))
    assert not touched_by_a_look_round() & {desk.cookie, television.cookie}


async def test_televisions_are_looked_after_without_being_asked(served: ServedLive, browse) -> None:
    television = await browse(served.log_in("lonely", "supervisor"), page="/seats?tv=1")
    await television.call(LOAD)
    await television.until(lambda: television.value(WallState, "loaded"))
    served.do(served.sessions.touched.clear)
    secret = television.cookie.removeprefix("xktcc_session=")
    await television.until(lambda: secret in served.sessions.touched, within_s=10, what="the next look round")
