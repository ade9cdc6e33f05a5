"""Each role × each route and socket, and each service method, called raw: allowed exactly where the tables say."""

import asyncio
import inspect
import time
from dataclasses import fields, replace

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from xktcc_app.api.access import OVER, REFUSED, ROUTES, guarded, key_of
from xktcc_app.api.routes import routes
from xktcc_app.domain.admin_forms import OrganizationForm, RoleForm
from xktcc_app.domain.list_queries import CallQuery
from xktcc_app.domain.permissions import EVERYONE, STARTING_ROLES, DataScope, Permission
from xktcc_app.domain.requirements import Access, UndeclaredError, meets
from xktcc_app.models.call import Call
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import roles as roles_repo
from xktcc_app.services import access as services_access
from xktcc_app.services.access import NEEDS, check_declared, undeclared
from xktcc_app.services.errors import PermissionDeniedError

ROLES = {code: role.permissions for code, role in STARTING_ROLES.items()} | {
    "fresh": frozenset(),
    "auditor": frozenset({Permission.AUDIT_VIEW, Permission.AUDIT_EXPORT}),
    "exporter": frozenset({Permission.CALLS_EXPORT}),
}
ORIGIN = {"Origin": "http://xktcc.test"}
SECRET = "the secret of the matrix"


class Door:
    """The routes alone, asked as whoever ``who`` is at the moment (``None``: a visitor)."""

    def __init__(self, services, monkeypatch):
        self.who = None
        made = routes(services)
        self.keys = [key_of(route) for route in made]
        self.app = Starlette(routes=made)
        resolve, known = services.sessions.resolve, services.sessions.known

        async def resolved(secret):
            return self.who if secret == SECRET else await resolve(secret)

        monkeypatch.setattr(services.sessions, "resolve", resolved)
        monkeypatch.setattr(services.sessions, "known", lambda secret: self.who if secret == SECRET else known(secret))
        transport = httpx.ASGITransport(app=self.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://xktcc.test", headers=ORIGIN)

    async def send(self, method, path, **more):
        return await self.http.request(method, path, headers={"Cookie": f"xktcc_session={SECRET}"}, **more)

    async def ask(self, key):
        """Whether a route lets the caller through to its handler."""
        method, path = key.split(" ")
        path = path.replace("{call}", "no-call").replace("{job}", "no-job")
        if method == "WS":
            socket = Socket(path)
            await self.app(socket.scope, socket.receive, socket.send)
            return socket.answered
        answer = await self.send(method, path)
        to_login = key == "POST /password" and answer.headers.get("location") == "/login"
        return "refused" if answer.status_code in {401, 403} or to_login else "let in"


class Socket:
    """A WebSocket's handshake without a network; its browser leaves as soon as it was let in, unless it ``stays``."""

    def __init__(self, path, *, stays=None):
        given = {"host": "xktcc.test", "origin": "http://xktcc.test", "cookie": f"xktcc_session={SECRET}"}
        headers = [(name.encode(), value.encode()) for name, value in given.items()]
        self.scope = {
            "type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers, "scheme": "ws",
            "subprotocols": ["sip"], "server": ("xktcc.test", 80), "client": ("10.0.0.1", 1), "state": {},
        }  # fmt: skip
        self.sent, self.told = [], asyncio.Event()
        self._stays = stays
        self._incoming = iter(["websocket.connect"])

    async def receive(self):
        kind = next(self._incoming, None)
        if kind is None and self._stays is not None:
            await self._stays.wait()
        return {"type": kind or "websocket.disconnect", "code": 1000}

    async def send(self, message):
        self.sent.append(message)
        self.told.set()

    @property
    def answered(self):
        return "refused" if self.sent[0] == {"type": "websocket.close", "code": REFUSED} else "let in"


@pytest.fixture
def somebody(running):
    """The supervisor of the demo, with the agent number that lets a phone be asked for."""
    found = running.services.database.reading(
        lambda session: accounts_repo.principal_of(session, accounts_repo.by_name(session, "1001"), "s")
    )
    return replace(found, must_change_password=False)


@pytest.fixture
async def door(running, monkeypatch):
    made = Door(running.services, monkeypatch)
    yield made
    await made.http.aclose()


@pytest.mark.parametrize("role", [*ROLES, None])
async def test_a_role_may_call_exactly_the_routes_and_sockets_of_the_table(door, somebody, role):
    door.who = None if role is None else replace(somebody, permissions=ROLES[role], role_names=(role,))
    found = {key: await door.ask(key) for key in door.keys}
    assert found == {key: "let in" if meets(ROUTES[key], door.who) else "refused" for key in door.keys}


async def test_a_role_that_an_administrator_has_just_made_opens_what_it_holds_and_nothing_else(running, door, somebody):
    services = running.services
    boss = replace(somebody, account_id=0, permissions=frozenset(Permission), scope=DataScope.ALL, org_ids=None)
    held = frozenset({Permission.REPORTS_VIEW, Permission.CALLS_EXPORT})
    await services.roles.create(boss, RoleForm("fresh", "Fresh", "", "branch", frozenset(map(str, held))))
    services.database.writing(lambda session: _give(session, somebody.account_id, "fresh"))
    door.who = services.database.reading(
        lambda session: accounts_repo.principal_of(session, accounts_repo.by_name(session, "1001"), "s")
    )
    assert door.who.permissions == held | {Permission.CALLS_VIEW}  # the page on which one exports
    allowed = {key for key in door.keys if await door.ask(key) == "let in"}
    assert allowed == {key for key in door.keys if meets(ROUTES[key], door.who)}
    assert allowed > {"GET /api/reports/orders.xlsx", "POST /api/exports"}


def _give(session, account_id, code):
    roles_repo.set_roles(session, account_id, roles_repo.by_codes(session, [code]))


async def test_ids_of_another_organization_or_account_open_no_route(running, door, somebody):
    services = running.services
    boss = replace(somebody, account_id=0, permissions=frozenset(Permission), scope=DataScope.ALL, org_ids=None)
    elsewhere = await services.organizations.create(boss, OrganizationForm("Elsewhere", "call_centre", None))
    call = services.database.reading(lambda session: session.exec(select(Call.id)).first())
    door.who = boss
    export = await door.send("POST", "/api/exports", data={"list": "elders", "form": "csv"})
    load = await door.send("POST", "/api/imports?lang=zh", content="姓名,性别\n甲,女\n".encode())
    jobs = {"exports": export.json()["id"], "imports": load.json()["id"]}
    door.who = replace(
        somebody, account_id=9999, permissions=frozenset(Permission), scope=DataScope.BRANCH,
        org_id=elsewhere, org_ids=frozenset({elsewhere}), agent=None,
    )  # fmt: skip
    asked = [key for key in door.keys if "{" in key and not key.startswith("WS ")]  # test_listen_socket asks the socket
    for key in asked:
        method, path = key.split(" ")
        path = path.format(call=call, job=jobs.get(path.split("/")[2]))
        body = b'{"note": "x", "category": "", "valid": null, "version": 1}' if method == "PUT" else None
        answer = await door.send(method, path, content=body)
        assert answer.status_code == httpx.codes.NOT_FOUND, (key, answer.text)
    assert len(asked) >= 8


@pytest.mark.parametrize(("left", "code"), [(frozenset(), REFUSED), (None, OVER)], ids=["right", "session"])
async def test_an_open_socket_closes_when_its_account_loses_its_right_or_session(running, door, somebody, left, code):
    import asyncio

    door.who = replace(somebody, permissions=STARTING_ROLES["agent"].permissions)
    never = asyncio.Event()
    socket = Socket("/api/phone/live", stays=never)
    task = asyncio.create_task(door.app(socket.scope, socket.receive, socket.send))
    await asyncio.wait_for(socket.told.wait(), 10)
    assert socket.sent[0]["type"] == "websocket.accept"
    begun = time.monotonic()
    door.who = None if left is None else replace(somebody, permissions=left)
    await asyncio.wait_for(task, 10)
    assert (socket.sent[-1]["type"], socket.sent[-1]["code"]) == ("websocket.close", code)
    assert time.monotonic() - begun <= 2


def test_the_program_does_not_start_with_a_route_or_a_socket_that_declares_nothing(running):
    async def handler(_request): ...

    whole = routes(running.services)
    for new in (Route("/api/new", handler, methods=["GET"]), WebSocketRoute("/api/new", handler)):
        with pytest.raises(UndeclaredError, match="/api/new"):
            guarded([*whole, new], running.services)


async def test_the_program_does_not_start_with_a_service_that_declares_nothing(settings, pbx, monkeypatch):
    from xktcc_app import bootstrap

    class Careless(bootstrap.ReportService):
        async def all_there_is(self, principal):
            return principal

    monkeypatch.setattr(bootstrap, "ReportService", Careless)
    with pytest.raises(UndeclaredError, match=r"Careless\.all_there_is"):
        await bootstrap.start(settings, pbx)


SENSIBLE = {"agent": "1001", "action": "busy", "query": CallQuery()}
"""Arguments that are looked at to tell which permission is needed."""
DECLARED = [(service, name, needs) for service, methods in NEEDS.items() for name, needs in methods.items()]


async def tried(service, name, who):
    """Call a method with arguments that mean nothing; the refusal, or ``None``."""
    method = getattr(service, name)
    try:
        bound = {
            key: SENSIBLE.get(key) or object() for key, one in inspect.signature(method).parameters.items()
            if key != "principal" and one.default is inspect.Parameter.empty
        }  # fmt: skip
        result = method(**{"principal": who, **bound})
        if inspect.isawaitable(result):
            await result
    except PermissionDeniedError as error:
        return error
    except Exception:  # noqa: BLE001 -- what a method thinks of nonsense is not the question here
        return None
    return None


def all_of(services):
    return [getattr(services, field.name) for field in fields(services)]


def test_every_service_method_stands_in_the_table(running):
    check_declared(all_of(running.services))
    missing = {type(service).__name__: undeclared(type(service)) for service in all_of(running.services)}
    assert {name: methods for name, methods in missing.items() if methods} == {}


async def test_every_service_method_refuses_who_lacks_exactly_what_it_declares(running, somebody):
    services = {type(service): service for service in all_of(running.services)}
    open_to_others = []
    for kind, name, needs in DECLARED:
        if isinstance(needs, Access):
            continue
        lacking = frozenset(Permission) - (needs if isinstance(needs, frozenset) else {needs}) - EVERYONE
        who = replace(somebody, permissions=lacking, scope=DataScope.ALL, org_ids=None)
        if await tried(services[kind], name, who) is None:
            open_to_others.append(f"{kind.__name__}.{name}")
    assert open_to_others == []


def test_only_what_is_ones_own_needs_no_permission():
    own = {f"{kind.__name__}.{name}" for kind, name, needs in DECLARED if needs is Access.LOGGED_IN}
    assert own == {
        "SessionService.change_password", "SessionService.logout_everywhere",
        "ResourceService.menu_for", "OrganizationService.places", "OrganizationService.visible",
        "CallWorkService.choices", "CallWorkService.orders_of_call",
        "ExportService.cancel", "ExportService.job", "ImportJobs.job",
    }  # fmt: skip
    assert not any(needs is Access.PUBLIC for _, _, needs in DECLARED)
    assert services_access.NEEDS is NEEDS
