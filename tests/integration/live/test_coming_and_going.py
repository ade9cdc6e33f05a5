"""What is left of pages that went."""

from tests.support.served_live import ServedLive
from tests.support.views import seat
from xktcc_app.state.session import SessionState
from xktcc_app.state.wall import WallState

LOAD = f"{WallState.get_full_name()}.load"
GREET = f"{SessionState.get_full_name()}.require_login"


async def test_pages_that_went_leave_nothing(served: ServedLive, browse) -> None:
    served.publish(seat("1001"))
    cookie = served.log_in("boss", "admin")

    def kept() -> tuple[int, int, int, int]:
        live = served.live
        return (
            len(served.app.state_manager.states),
            len(live.gate.connections),
            len(live.gate.connections._owners),
            live.hub.watchers,
        )

    for _ in range(25):
        page = await browse(cookie, page="/seats")
        await page.call(GREET)
        await page.call(LOAD)
        await page.until(lambda page=page: page.value(WallState, "loaded"))
        await page.close()
    last = await browse("")
    await last.until(lambda: kept()[3] == 0 and kept()[1] == 1 and kept()[0] <= 2, what="everything dropped")
    assert kept()[2] <= 2


async def test_a_page_that_comes_back_at_once_has_its_state_again(served: ServedLive, browse) -> None:
    served.publish(seat("1001"))
    cookie = served.log_in("boss", "admin")
    page = await browse(cookie)
    await page.close()
    for _ in range(5):
        again = await browse(cookie, token=page.token)
        await again.call(LOAD)
        await again.until(lambda again=again: again.value(WallState, "loaded"))
        await again.close()
