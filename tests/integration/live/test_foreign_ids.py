"""Each event handler that takes the key of something, called raw with keys of another branch by somebody who may do everything in theirs.

Nothing of the other branch comes over the socket, and nothing of it changes. Keys that a page keeps for later (the record
that is open) are tried as well: whatever opens is called before whatever acts.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext

from tests.support.browser_socket import HYDRATE, BrowserSocket
from tests.support.program import DEMO_PASSWORD
from tests.support.served_centre import ServedCentre
from tests.support.two_districts import EAST, MARKS, PHONE, WEST, WEST_SEAT, West, fill, western_rows
from tests.support.wall_client import GREET, log_in
from xktcc_app.state.call_detail import CallDetailState
from xktcc_app.state.callbacks import CallbackWorkState
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_form import ElderFormState
from xktcc_app.state.order_detail import OrderDetailState
from xktcc_app.state.order_form import OrderFormState
from xktcc_app.state.registry import ACCESS
from xktcc_app.state.user_edit import UserEditState

OURS = sorted(f"{state.get_full_name()}.{handler}" for state, handlers in ACCESS.items() for handler in handlers)
KEYS = {
    "elder_id",
    "order_id",
    "account_id",
    "org_id",
    "parent_id",
    "call_id",
    "entry",
    "ident",
    "agent_id",
    "seat",
    "seq",
}
"""Parameters that say which one is meant. Those of the centre's common lists (roles, services) belong to no branch."""
OPENS = sorted(
    f"{state.get_full_name()}.{handler}"
    for state, handler in (
        (CallDetailState, "open_call"), (CallDetailState, "expand"), (ElderDetailState, "open_elder"),
        (ElderFormState, "edit_elder"), (OrderDetailState, "open_order"), (OrderFormState, "new_order"),
        (OrderFormState, "choose_elder"), (UserEditState, "open_user"), (CallbackWorkState, "ask_result"),
    )
)  # fmt: skip
"""Those that show what they are asked for."""


def arguments_of(name: str) -> list[str]:
    code = RegistrationContext.get().event_handlers[name].handler.fn.__code__
    return list(code.co_varnames[1 : code.co_argcount])


WITH_KEYS = [name for name in OURS if KEYS & set(arguments_of(name))]
WITHOUT_KEYS = [name for name in OURS if name not in WITH_KEYS]


def choices(west: West, argument: str) -> list[Any]:
    """What somebody would try for an argument who knows the other branch's keys."""
    form = {"name": "x", "elder_id": west.elder, "org_id": west.home, "seat": WEST_SEAT, "number": "", "note": "x",
            "action": "cancel", "result": "reached", "phone_id": "", "item": "1", "quantity": "1"}  # fmt: skip
    known: dict[str, list[Any]] = {
        "elder_id": [west.elder, str(west.elder)], "order_id": [west.order], "account_id": [west.account],
        "org_id": [west.home, west.branch], "parent_id": [west.home], "call_id": [west.call],
        "entry": [west.callback], "ident": [west.elder, west.call, west.order, str(west.callback)],
        "agent_id": [WEST_SEAT], "seat": [WEST_SEAT], "seq": [1], "index": [0], "number": [""],
        "line": ["phone", "contact", "call", "callback", "order"], "mode": ["edit", "move"],
        "action": ["ready", "busy", "logged_off", "clear", "cancel", "dispatch"],
        "deed": ["disable", "enable", "reset", "force_out"], "field": ["phones", "id_card"],
        "text": ["西", PHONE[-6:]], "form": [form], "kind": ["provider", "item"], "key": [1],
        "archived": [True], "active": [True], "on": [True],
    }  # fmt: skip
    return known.get(argument, [""])


def calls_of(west: West, name: str) -> list[dict[str, Any]]:
    arguments = arguments_of(name)
    return [
        dict(zip(arguments, chosen, strict=True))
        for chosen in itertools.product(*(choices(west, one) for one in arguments))
    ]


@pytest.fixture(scope="module")
def districts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServedCentre, West]]:
    centre = ServedCentre(tmp_path_factory.mktemp("districts"))
    west = fill(centre.database_url)
    centre.start()
    yield centre, west
    centre.stop()


@pytest.fixture
def centre(districts: tuple[ServedCentre, West]) -> ServedCentre:
    return districts[0]


@pytest.fixture
def west(districts: tuple[ServedCentre, West]) -> West:
    return districts[1]


@contextlib.asynccontextmanager
async def page_of(centre: ServedCentre, account: str) -> AsyncIterator[BrowserSocket]:
    page = BrowserSocket(centre.url, cookie=await log_in(centre.url, account, DEMO_PASSWORD), page="/elders")
    await page.open()
    await page.call(GREET)
    yield page
    await page.close()


async def settled(page: BrowserSocket) -> None:
    """Everything asked for is answered: a page's events run in order."""
    await page.call(HYDRATE)
    await page.until(page.is_hydrated, 20, "hydration")


def marks_heard(page: BrowserSocket) -> list[str]:
    heard = json.dumps([page.deltas, page.events, page.other], ensure_ascii=False)
    return [mark for mark in MARKS if mark in heard]


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_of_another_branch_is_told_or_changed(centre: ServedCentre, west: West, seed: int) -> None:
    before = western_rows(centre.database_url, west)
    chosen = random.Random(seed)
    async with page_of(centre, EAST) as page:
        for name in chosen.sample(OURS, len(OURS)):
            for opener in chosen.sample(OPENS, 3):
                await page.call(opener, **calls_of(west, opener)[0])
            for payload in calls_of(west, name):
                await page.call(name, **payload)
            await settled(page)
        assert marks_heard(page) == []
        assert not page.closed
    assert western_rows(centre.database_url, west) == before


@pytest.mark.parametrize("name", OPENS)
async def test_the_same_call_shows_it_to_who_may(centre: ServedCentre, west: West, name: str) -> None:
    async with page_of(centre, WEST) as page:
        await page.call(name, **calls_of(west, name)[0])
        await settled(page)
        assert marks_heard(page)


async def test_what_is_compared_is_there_and_can_be_changed_by_who_may(centre: ServedCentre, west: West) -> None:
    before = western_rows(centre.database_url, west)
    assert {"organization", "account", "elder", "elder_phone", "service_order", "call", "callback"} <= set(before)
    async with page_of(centre, WEST) as page:
        await page.call(f"{CallbackWorkState.get_full_name()}.take", entry=west.callback)
        await settled(page)
    assert western_rows(centre.database_url, west)["callback"] != before["callback"]
