"""Builds the running program from its settings: database, records, PBX, control, services."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, fields
from typing import Any

from telephony.ari.client import AriClient
from telephony.ari.driver import AriDriver
from telephony.ari.earpiece import AriEarpieces
from telephony.ari.embedded_phones import EmbeddedPhones
from telephony.ari.provisioning import Provisioning
from telephony.bus import Bus, MemoryBus
from telephony.control.control import Control
from telephony.control.surroundings import Surroundings
from telephony.earpiece import Earpieces
from telephony.errors import ApplicationReplacedError, PbxCredentialsError
from telephony.exchange.demo_numbers import demo_number
from telephony.port import Capability, CtiPort
from telephony.types import AgentId, SeatState
from telephony.views import SeatProfile
from xktcc_app.audit import audit_seal
from xktcc_app.config import Settings
from xktcc_app.configured import (
    Archive,
    build_archive,
    build_control,
    build_port,
    export_rules,
    login_rules,
    overdue_limits,
    to_browser,
)
from xktcc_app.data_dir import IMPORTS, JOURNAL, prepare_data_dir
from xktcc_app.first_start import token_cipher
from xktcc_app.pbx_check import PbxWatch, ari_client
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.services.access import check_declared
from xktcc_app.services.accounts import AccountService
from xktcc_app.services.audit import AuditService
from xktcc_app.services.audit_log import AuditLogService
from xktcc_app.services.browser_phone import BrowserPhoneService, PhoneSurroundings
from xktcc_app.services.call_form import CallFormService
from xktcc_app.services.call_records import CallRecordService
from xktcc_app.services.call_reports import CallReportService
from xktcc_app.services.call_work import CallWorkService, CallWorkSurroundings
from xktcc_app.services.callbacks import CallbackService, CallbackSurroundings
from xktcc_app.services.catalogue import CatalogueService
from xktcc_app.services.clock import utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.demo_agents import DemoAgents
from xktcc_app.services.dialling import DialService
from xktcc_app.services.effects import Effects
from xktcc_app.services.elders import ElderService
from xktcc_app.services.errors import ServiceError
from xktcc_app.services.exports import ExportService
from xktcc_app.services.flash import FlashStore
from xktcc_app.services.health import HealthService
from xktcc_app.services.history import DatabaseHistory, ElderDirectory
from xktcc_app.services.import_jobs import ImportJobs
from xktcc_app.services.imports import ImportService
from xktcc_app.services.left_listens import end_left_listens
from xktcc_app.services.listening import ListeningService
from xktcc_app.services.orders import OrderService, OrderSurroundings
from xktcc_app.services.organizations import OrganizationService
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.services.phones import PhoneService
from xktcc_app.services.record_writer import RecordWriter
from xktcc_app.services.recording_check import RecordingCheck
from xktcc_app.services.recordings import RecordingService
from xktcc_app.services.refusals import Refusals
from xktcc_app.services.reports import ReportService
from xktcc_app.services.resources import ResourceService
from xktcc_app.services.rewind import RewindService
from xktcc_app.services.roles import RoleService
from xktcc_app.services.screen_pop import ScreenPopService
from xktcc_app.services.seats import SeatService
from xktcc_app.services.sessions import SessionService, SessionSurroundings
from xktcc_app.services.tokens import TokenCipher
from xktcc_app.services.toolbar import ToolbarService
from xktcc_app.services.user_phones import UserPhoneService
from xktcc_app.services.users import UserService

log = logging.getLogger(__name__)

SWEEP_S = 1.0
PEOPLE = frozenset({AgentId("1001"), AgentId("1002"), AgentId("1003")})
"""The demo's seats that are left to people."""
_WITHOUT_CALL = frozenset(
    {SeatState.LOGGED_OFF, SeatState.READY, SeatState.BUSY, SeatState.NOT_READY, SeatState.WRAP_UP}
)


class NotRunningError(Exception):
    """The program has not started yet, or has stopped."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that pages, live and the routes may use."""

    settings: Settings
    database: Database
    bus: Bus
    records: RecordWriter
    audit: AuditService
    sessions: SessionService
    accounts: AccountService
    users: UserService
    user_phones: UserPhoneService
    roles: RoleService
    resources: ResourceService
    audit_log: AuditLogService
    refusals: Refusals
    seats: SeatService
    rewind: RewindService
    toolbar: ToolbarService
    listening: ListeningService
    organizations: OrganizationService
    elders: ElderService
    catalogue: CatalogueService
    orders: OrderService
    call_records: CallRecordService
    call_form: CallFormService
    screen_pop: ScreenPopService
    call_work: CallWorkService
    callbacks: CallbackService
    recordings: RecordingService
    recording_check: RecordingCheck
    dialling: DialService
    browser_phone: BrowserPhoneService
    earpieces: Earpieces
    exports: ExportService
    imports: ImportService
    import_jobs: ImportJobs
    reports: ReportService
    call_reports: CallReportService
    history: DatabaseHistory
    directory: ElderDirectory
    health: HealthService
    flashes: FlashStore
    tokens: TokenCipher
    phones: PhoneService
    can_answer: Callable[[], bool]
    """Whether the PBX takes a ringing phone off hook by command; else it is lifted by hand."""
    retry_pbx: Callable[[], None]
    """Try a lost PBX again at once, instead of when its next attempt is due."""


_running: list[Running] = []


def services() -> Services:
    """Those of the running program. ``NotRunningError`` before its start and after its end."""
    if not _running:
        raise NotRunningError("the program does not run")
    return _running[-1].services


@dataclass(frozen=True, slots=True)
class Engine:
    """What works below the services: the one writer, the PBX and what is asked of it beside calls.

    ``watch``: ``None`` where the PBX is not the configured one, and is left alone beside its calls.
    """

    control: Control
    port: CtiPort
    pbx: AriClient
    watch: PbxWatch | None
    hasher: PasswordHasher


class Running:
    """The started program."""

    def __init__(self, services: Services, engine: Engine, archive: Archive, on_fault: Callable[[], None]) -> None:
        self.services = services
        self.control = engine.control
        self._engine = engine
        self._archive = archive
        self._on_fault = on_fault
        self._control_task: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def control_runs(self) -> bool:
        """Whether the one writer of seats and calls is at work."""
        return self._control_task is not None and not self._control_task.done()

    async def begin(self, profiles: list[SeatProfile]) -> None:
        """Take up seats and sessions, then work in the background until ``stop``."""
        await self.services.organizations.load()
        await self.services.resources.load()
        await self.services.sessions.load()
        await end_left_listens(self.services.database, self.services.records, utc_now())
        await self.control.start(profiles)
        self._control_task = self._spawn(self._run_control())
        self._spawn(_sweep_for_ever(self.services.sessions))
        if self._engine.watch is not None:
            self._spawn(self.services.phones.run())
            self._spawn(self._engine.watch.run())
        self._spawn(self._archive.keeper.run())
        self._spawn(self._archive.check.run())
        self._spawn(self.services.exports.run())
        settings = self.services.settings
        if settings.demo_mode and settings.embedded:
            agents = [profile.agent for profile in profiles if profile.agent not in PEOPLE]
            demo = DemoAgents(self.control, self.services.bus, agents, demo_number, settings.demo_seed)
            self._spawn(demo.run())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    async def _run_control(self) -> None:
        try:
            await self.control.run()
        except (ApplicationReplacedError, PbxCredentialsError):
            # Another start would only be refused again, or take the PBX from whoever has it now: pages go on, marked as stale.
            log.exception("the PBX does not want this program; correct that, and restart it")
            raise
        except Exception:
            log.exception("the call control failed; the program ends, to be started again")
            self._on_fault()
            raise

    async def stop(self) -> None:
        """Stop taking events, save what is known, write the records that wait. Calls stay up. Once is enough."""
        if self not in _running:
            return
        _running.remove(self)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.services.listening.shut()
        await self._engine.port.close()
        await self._engine.pbx.close()
        await self._archive.stored.close()
        with contextlib.suppress(ServiceError):  # the idle time then counts from half a minute ago
            await self.services.sessions.save_seen()
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        self.services.exports.close()
        self.services.imports.close()
        self.services.records.close()  # after those who still audit
        self._engine.hasher.close()
        self.services.database.close()


async def _sweep_for_ever(sessions: SessionService) -> None:
    while True:
        await asyncio.sleep(SWEEP_S)
        try:
            await sessions.sweep()
        except ServiceError as error:
            log.warning("sessions were not swept", extra={"code": error.code})


async def start(
    settings: Settings, port: CtiPort | None = None, on_fault: Callable[[], None] = lambda: None
) -> Running:
    """Start the program on a migrated, filled database; ``port`` instead of the configured PBX.

    ``ConfigError``; ``UndeclaredError`` when a service can do something whose access nobody declared.


    ``on_fault`` is called when the call control ends by a fault of ours: nothing is known from then on.
    """
    settings = settings.model_copy(update={"data_dir": prepare_data_dir(settings.data_dir)})
    database = Database(settings.effective_database_url)
    bus = MemoryBus()
    records = RecordWriter(database, settings.data_dir / JOURNAL, audit_seal(settings))
    records.start()
    await records.drained()  # what an earlier run left belongs to the past that control reads
    watch = PbxWatch(settings) if port is None else None
    port = port or build_port(settings)
    pbx, cipher = ari_client(settings), token_cipher(settings)
    history = DatabaseHistory(database)
    directory = ElderDirectory(database, settings.zone)
    control = build_control(settings, Surroundings(port, bus, records, history, directory))
    hasher = PasswordHasher()
    audit = AuditService(records)
    toolbar = ToolbarService(control)
    archive = build_archive(settings, database, audit)
    sessions = SessionService(
        SessionSurroundings(database, audit, hasher, lambda agent: _has_live_call(bus, agent)), login_rules(settings)
    )
    imports = ImportService(database, audit, settings.zone)
    effects = Effects(database, sessions, control)
    phones = PhoneService(database, cipher, EmbeddedPhones(pbx) if settings.embedded else Provisioning(pbx))
    user_phones = UserPhoneService(database, audit, cipher, effects)
    user_phones.test_by(phones)
    effects.phones_by(phones.refresh)
    elders = ElderService(database, audit, settings.zone)
    orders = OrderService(OrderSurroundings(database, audit, limits=overdue_limits(settings)))
    built = Services(
        settings=settings,
        database=database,
        bus=bus,
        records=records,
        audit=audit,
        sessions=sessions,
        accounts=AccountService(database, sessions, audit, effects),
        users=UserService(database, audit, hasher, effects),
        user_phones=user_phones,
        roles=RoleService(database, audit, effects),
        resources=ResourceService(database, audit),
        refusals=Refusals(audit),
        audit_log=AuditLogService(database, audit, settings.zone),
        seats=SeatService(control, bus, audit),
        rewind=RewindService(database, settings.zone, settings.service_level_s),
        toolbar=toolbar,
        listening=ListeningService(port, bus, audit, settings.max_listeners),
        organizations=OrganizationService(database, audit, effects),
        elders=elders,
        catalogue=CatalogueService(database, audit),
        orders=orders,
        call_records=CallRecordService(database, audit),
        call_form=CallFormService(database, bus, records, audit),
        screen_pop=ScreenPopService(database, bus, settings.zone),
        call_work=CallWorkService(CallWorkSurroundings(database, bus, orders, elders, settings.zone)),
        dialling=DialService(database, bus, toolbar),
        browser_phone=BrowserPhoneService(
            PhoneSurroundings(database, bus, cipher)
            if settings.embedded
            else PhoneSurroundings(database, bus, cipher, to_browser(pbx), port.renew_leg)
        ),
        earpieces=AriEarpieces(pbx, settings.ari_app),
        callbacks=CallbackService(CallbackSurroundings(database, audit, toolbar.dial)),
        recordings=RecordingService(database, archive.files, audit),
        recording_check=archive.check,
        exports=ExportService(database, audit, export_rules(settings)),
        imports=imports,
        import_jobs=ImportJobs(imports, settings.data_dir / IMPORTS),
        reports=ReportService(database, settings.zone),
        call_reports=CallReportService(database, settings.zone, settings.service_level_s),
        history=history,
        directory=directory,
        health=HealthService(
            database,
            bus,
            records,
            lambda: running.control_runs,
            embedded=settings.embedded,
            pbx_faults=watch.remedies if watch is not None and not settings.embedded else tuple,
        ),
        flashes=FlashStore(),
        tokens=cipher,
        phones=phones,
        can_answer=lambda: Capability.ANSWER in port.capabilities,
        retry_pbx=port.reconnect_now if isinstance(port, AriDriver) else lambda: None,
    )
    running = Running(built, Engine(control, port, pbx, watch, hasher), archive, on_fault)
    _running.append(running)
    try:
        check_declared(getattr(built, field.name) for field in fields(built))
        await running.begin(await database.read(accounts_repo.seat_profiles))
    except BaseException:
        await running.stop()
        raise
    return running


def _has_live_call(bus: Bus, agent: AgentId) -> bool:
    seat = bus.seats().get(agent)
    return seat is not None and seat.state not in _WITHOUT_CALL
