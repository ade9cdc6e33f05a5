"""What the settings make: the driver of the PBX, the one writer with its rules, the archive, the rules of log-in and export.

With ``bootstrap`` the only place where a driver is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from telephony.ari.client import AriClient
from telephony.ari.driver import AriDriver
from telephony.ari.lab_phones import LabPhones
from telephony.ari.phone_fields import PhoneKind
from telephony.ari.provisioning import Provisioning
from telephony.ari.stored import AriStoredRecordings
from telephony.control.control import Control
from telephony.control.rules import Rules
from telephony.control.surroundings import Surroundings
from telephony.numbers import DialRules
from telephony.port import CtiPort
from telephony.stored import StoredRecordings
from telephony.types import DeviceId
from xktcc_app.config import ConfigError, Settings
from xktcc_app.data_dir import ARI_PASSWORD, EXPORTS, kept_secret
from xktcc_app.domain.elders import ROUTING_WEIGHTS
from xktcc_app.domain.orders import OverdueLimits
from xktcc_app.domain.permissions import DataScope
from xktcc_app.domain.sessions import Lifetime, ThrottlePolicy
from xktcc_app.services.audit import AuditService
from xktcc_app.services.browser_phone import Switch
from xktcc_app.services.database import Database
from xktcc_app.services.exports import ExportRules
from xktcc_app.services.recording_check import RecordingCheck
from xktcc_app.services.recording_files import RecordingFiles
from xktcc_app.services.recording_keeper import KeepingRules, KeepingSurroundings, RecordingKeeper
from xktcc_app.services.sessions import LoginRules


def to_browser(client: AriClient) -> Switch:
    """How a seat's phone at the PBX is made one in a browser."""
    provisioning = Provisioning(client)

    async def switch(device: DeviceId, secret: str) -> None:
        await provisioning.provide(device, secret, PhoneKind.BROWSER)

    return switch


def build_port(settings: Settings) -> CtiPort:
    """The driver of the configured PBX or of the embedded exchange."""
    url = settings.effective_ari_url
    password = settings.ari_password or kept_secret(settings.data_dir / ARI_PASSWORD)
    return AriDriver(
        url,
        settings.ari_user,
        password,
        app=settings.ari_app,
        hotline=next(iter(settings.hotlines.split()), "96000"),
        phones=LabPhones(url) if settings.embedded else None,
    )


@dataclass(frozen=True, slots=True)
class Archive:
    """The recordings' folder, what fills it and what looks after it."""

    files: RecordingFiles
    stored: StoredRecordings
    keeper: RecordingKeeper
    check: RecordingCheck


def build_archive(settings: Settings, database: Database, audit: AuditService) -> Archive:
    """The archive of recordings beside the configured PBX. ``ConfigError`` when its folder can't be made or written."""
    password = settings.ari_password or kept_secret(settings.data_dir / ARI_PASSWORD)
    client = AriClient(settings.effective_ari_url, settings.ari_user, password)
    stored = AriStoredRecordings(client, settings.effective_pbx_recordings_dir)
    try:
        files = RecordingFiles(settings.effective_recordings_dir)
    except OSError as error:
        raise ConfigError(
            f"XKTCC_RECORDINGS_DIR is '{settings.effective_recordings_dir}': allowed is a folder that can be written "
            f"({error.strerror or type(error).__name__})."
        ) from None
    rules = KeepingRules(settings.zone, settings.recording_days, pbx_keeps=settings.pbx_keeps_recordings)
    keeper = RecordingKeeper(KeepingSurroundings(database, files, stored, audit), rules)
    return Archive(files, stored, keeper, RecordingCheck(database, files, stored))


def build_control(settings: Settings, around: Surroundings) -> Control:
    """The one writer of seats and calls, by the configured rules."""
    rules = Rules(
        zone=settings.zone,
        ring_timeout_s=settings.ring_timeout_s,
        greeting=settings.greeting,
        announce_every_s=settings.announce_every_s,
        overflow_after_s=settings.overflow_after_s,
        overflow_number=settings.overflow_number,
        wrap_up_s=settings.wrap_up_s,
        service_level_s=settings.service_level_s,
        valid_after_s=settings.valid_after_s,
        reconcile_every_s=settings.reconcile_s,
        sos_lines=settings.sos_numbers,
        dialling=DialRules(
            frozenset(settings.emergency_numbers), settings.dial_emergency, barred=settings.barred_numbers
        ),
        priorities=ROUTING_WEIGHTS,
    )
    return Control(around, rules)


def export_rules(settings: Settings) -> ExportRules:
    """Where exports go and how large they may get, as configured."""
    limits = {
        DataScope.ALL: settings.export_rows_all,
        DataScope.BRANCH: settings.export_rows_branch,
        DataScope.OWN: settings.export_rows_own,
    }
    return ExportRules(settings.data_dir / EXPORTS, settings.zone, limits)


def overdue_limits(settings: Settings) -> OverdueLimits:
    """When an order waits too long, as configured."""
    dispatch, accept = settings.order_dispatch_minutes, settings.order_accept_minutes
    return OverdueLimits(timedelta(minutes=dispatch), timedelta(minutes=accept))


def login_rules(settings: Settings) -> LoginRules:
    """How sessions last and guessing is slowed, as configured."""
    forget = lock = timedelta(minutes=settings.lock_minutes)
    longest = timedelta(minutes=1)
    return LoginRules(
        lifetime=Lifetime(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)),
        account=ThrottlePolicy(free=3, longest=longest, forget=forget, lock_after=settings.lock_after, lock=lock),
        # many people of one house share an address, so it slows down later and is never locked
        address=ThrottlePolicy(free=20, longest=longest, forget=forget, lock_after=0, lock=lock),
    )
