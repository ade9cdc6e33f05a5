"""One online session for each account: the later login pushes the earlier one out, everywhere and at once."""

import time

import httpx
from playwright.async_api import expect

from tests.e2e.centre import Centre, fresh_address
from tests.e2e.conftest import Visit
from tests.e2e.screens import LoginScreen, Toolbar, Wall

PUSH_OUT_S = 2.0


async def test_the_earlier_pages_are_sent_to_the_login_page(visit: Visit, centre: Centre) -> None:
    earlier = await visit()
    old = await earlier.enter("supervisor", "/seats")
    second = await earlier.another_page("/seats?view=table")
    await Wall(earlier.page).until_live()
    await Wall(second).until_live()
    await earlier.page.evaluate("document.title = 'still the same page'")

    address = fresh_address()
    new = centre.log_in("supervisor", address)
    begun = time.monotonic()
    await earlier.page.wait_for_url("**/login", wait_until="commit")
    await second.wait_for_url("**/login", wait_until="commit")
    taken = time.monotonic() - begun
    print(f"pushed out after {taken:.2f} s")
    assert taken <= PUSH_OUT_S

    notice = LoginScreen(earlier.page).notice
    await expect(notice).to_contain_text("您的账号在别处登录")
    await expect(notice).to_contain_text(address)
    await expect(notice).to_contain_text(time.strftime("%Y-", time.localtime()))
    assert address not in earlier.page.url
    # the old cookie opens nothing any more
    await earlier.go("/seats")
    await earlier.page.wait_for_url("**/login")
    assert centre.post("/password", cookie=old).headers["location"] == "/login"
    assert centre.post("/password", cookie=new).headers["location"] == "/password"
    assert httpx.post(f"{centre.url}/logout", headers={"Origin": "http://elsewhere.example"}).status_code == 403


async def test_a_live_call_goes_on_and_appears_in_the_new_session(visit: Visit, centre: Centre) -> None:
    earlier, later = await visit(), await visit()
    await earlier.enter("1002", "/desk")
    toolbar = Toolbar(earlier.page)
    await toolbar.become_ready()
    call = centre.call("13600000002", "1002")
    await toolbar.until("alerting")
    await toolbar.press("接听")
    await toolbar.until("talking")

    await later.go("/login")
    await LoginScreen(later.page).log_in("1002", centre.password_of("1002"))
    await later.page.wait_for_url("**/elders")
    moved = Toolbar(later.page)
    await moved.until("talking")
    await earlier.page.wait_for_url("**/login")
    assert call in centre.truth()["channels"], "the call was cut"
    await moved.press("保持")
    await moved.until("hold")
    await moved.press("挂断")
    await moved.until("wrap_up")
    assert call not in centre.truth()["channels"]
