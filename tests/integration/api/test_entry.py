import pytest
from starlette.requests import Request

from tests.integration.api.conftest import ADMIN_PASSWORD, DEMO_PASSWORD
from xktcc_app.api.http import FLASH_COOKIE, SESSION_COOKIE, client_address
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.sessions import EndReason


async def log_in(browser, account="supervisor", password=DEMO_PASSWORD, **more):
    return await browser.post("/login", data={"account": account, "password": password}, **more)


async def test_a_login_sets_the_cookie_and_leads_home(browser, running):
    answer = await log_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    principal = running.services.sessions.known(browser.cookies[SESSION_COOKIE])
    assert principal.account == "supervisor"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_failure_is_told_by_the_flash_and_nothing_personal_is_in_the_address(browser, running):
    answer = await log_in(browser, "supervisor", "wrong")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert SESSION_COOKIE not in browser.cookies
    key = browser.cookies[FLASH_COOKIE]
    assert "supervisor" not in answer.headers["set-cookie"]
    flash = running.services.flashes.get(key)
    assert (flash.code, flash.retry_after_s, flash.account) == ("wrong_credentials", 0, "supervisor")
    await log_in(browser)
    assert running.services.flashes.get(key) is None
    assert FLASH_COOKIE not in browser.cookies


async def test_repeated_failures_are_slowed_and_say_how_long(browser, running):
    for _ in range(4):
        await log_in(browser, "1001", "wrong")
    await log_in(browser, "1001")
    flash = running.services.flashes.get(browser.cookies[FLASH_COOKIE])
    assert (flash.code, flash.retry_after_s) == ("throttled", 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://xktcc.test.evil.test"},
        {"Origin": ""},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/password"])
async def test_forms_of_other_sites_are_refused(browser, path, headers):
    answer = await browser.post(path, data={"account": "supervisor", "password": DEMO_PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_script_without_an_origin_may_log_in_but_a_cross_site_frame_may_not(browser):
    del browser.headers["Origin"]
    assert (await log_in(browser)).headers["location"] == "/"
    assert (await log_in(browser, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"account=a&password=" + b"x" * 9000, "application/x-www-form-urlencoded", 413),
        (b'{"account": "a"}', "application/json", 415),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 50, "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 303),
    ],
)
async def test_what_is_no_form_is_refused(browser, body, kind, status):
    answer = await browser.post("/login", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status


async def test_logout_ends_the_session_and_leaves_its_reason_to_be_told(browser, running):
    await log_in(browser)
    secret = browser.cookies[SESSION_COOKIE]
    answer = await browser.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert running.services.sessions.known(secret) is None
    assert (await running.services.sessions.end_reason(secret)).reason is EndReason.LOGGED_OUT
    assert (await browser.post("/logout", data={"everywhere": "1"})).headers["location"] == "/login"


async def test_the_first_password_must_be_changed(browser, running):
    await log_in(browser, "admin", ADMIN_PASSWORD)
    sessions, secret = running.services.sessions, browser.cookies[SESSION_COOKIE]
    assert sessions.known(secret).must_change_password
    assert not sessions.known(secret).may(Permission.SEATS_VIEW)
    for form, code in (
        ({"old": "wrong", "new": "a much better one", "again": "a much better one"}, "wrong_credentials"),
        ({"old": ADMIN_PASSWORD, "new": "a much better one", "again": "another"}, "password_mismatch"),
        ({"old": ADMIN_PASSWORD, "new": "short", "again": "short"}, "weak_password.too_short"),
        ({"old": ADMIN_PASSWORD, "new": ADMIN_PASSWORD, "again": ADMIN_PASSWORD}, "weak_password.unchanged"),
    ):
        answer = await browser.post("/password", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/password")
        assert running.services.flashes.get(browser.cookies[FLASH_COOKIE]).code == code
    form = {"old": ADMIN_PASSWORD, "new": "a much better one", "again": "a much better one"}
    assert (await browser.post("/password", data=form)).headers["location"] == "/"
    assert sessions.known(secret).may(Permission.SEATS_VIEW)
    assert (await log_in(browser, "admin", "a much better one")).headers["location"] == "/"


async def test_a_password_is_not_changed_without_a_session(browser):
    answer = await browser.post("/password", data={"old": "x", "new": "y", "again": "y"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_old_bookmarks_and_the_pages_at_the_same_paths(browser):
    answer = await browser.get("/XktCC/login.jsp")
    assert (answer.status_code, answer.headers["location"]) == (301, "/login")
    assert (await browser.get("/login")).text == "page /login"
    assert (await browser.get("/password")).text == "page /password"


def test_the_address_of_a_trusted_proxys_client_is_kept(settings):
    scope = {"type": "http", "headers": [(b"x-forwarded-for", b"1.1.1.1, 2.2.2.2")], "client": ("10.0.0.1", 1)}
    assert client_address(Request(scope), settings) == "10.0.0.1"
    assert client_address(Request(scope), settings.model_copy(update={"trust_proxy": True})) == "2.2.2.2"
    bare = {"type": "http", "headers": [], "client": None}
    assert client_address(Request(bare), settings.model_copy(update={"trust_proxy": True})) == ""
