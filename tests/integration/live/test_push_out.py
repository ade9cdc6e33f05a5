"""A session's end reaches its pages at once, and takes everything from them."""

import time
from dataclasses import replace

from tests.support.served_live import ServedLive
from tests.support.views import seat
from xktcc_app.state.session import SessionState
from xktcc_app.state.wall import WallState

LOAD = f"{WallState.get_full_name()}.load"
GREET = f"{SessionState.get_full_name()}.require_login"


async def test_every_page_of_the_session_is_sent_to_the_login_page(served: ServedLive, browse) -> None:
    served.publish(seat("1001"))
    cookie = served.log_in("boss", "supervisor")
    pages = [await browse(cookie, page="/seats") for _ in range(3)]
    other = await browse(served.log_in("colleague", "supervisor"), page="/seats")
    for page in (*pages, other):
        await page.call(GREET)
        await page.call(LOAD)
        await page.until(lambda page=page: page.value(WallState, "loaded"))
    begun = time.monotonic()
    served.end(cookie)
    for page in pages:
        await page.until(lambda page=page: page.value(SessionState, "leave_for") == "/login")
    assert time.monotonic() - begun < 0.5
    assert all(page.value(SessionState, "perms") == {} for page in pages)
    assert not other.value(SessionState, "leave_for")

    seen = [len(page.deltas) for page in pages]
    served.publish(seat("1001", answered_today=7))
    await other.until(lambda: other.values[WallState.get_full_name()]["seat_1001_rx_state_"]["answered"] == 7)
    assert [len(page.deltas) for page in pages] == seen
    for page in pages:
        await page.until(lambda page=page: page.closed)


async def test_the_state_of_its_tab_is_gone(served: ServedLive, browse) -> None:
    cookie = served.log_in("boss", "admin")
    page = await browse(cookie)
    await page.call(GREET)
    await page.until(lambda: page.value(SessionState, "ready"))
    assert served.do(lambda: any(page.token in key for key in served.app.state_manager.states))
    served.end(cookie)
    await page.until(lambda: page.closed)
    assert not served.do(lambda: any(page.token in key for key in served.app.state_manager.states))


async def test_lost_rights_take_effect_on_the_open_page(served: ServedLive, browse) -> None:
    served.publish(seat("1001"))
    cookie = served.log_in("boss", "supervisor")
    page = await browse(cookie, page="/seats")
    await page.call(GREET)
    await page.call(LOAD)
    await page.until(lambda: page.value(WallState, "loaded"))
    secret = cookie.removeprefix("xktcc_session=")
    weaker = replace(served.sessions.known_sessions[secret], permissions=frozenset())
    served.do(lambda: served.sessions.known_sessions.__setitem__(secret, weaker))
    await page.until(lambda: page.value(WallState, "loaded") is False, within_s=6, what="the wall taken away")
    assert "seats.view" not in page.value(SessionState, "perms")
