"""How a handler acts for the account behind its socket. One service call; what went wrong comes back as a code."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import reflex as rx

from telephony.errors import TelephonyError
from xktcc_app.bootstrap import Services, services
from xktcc_app.domain.principal import Principal
from xktcc_app.live.live import running
from xktcc_app.logs import correlated
from xktcc_app.services.errors import PermissionDeniedError, ServiceError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Services, Principal], Awaitable[None]]

NOT_LOGGED_IN = "not_logged_in"
UNEXPECTED = "unexpected"


async def attempt(state: rx.State, work: Work) -> str:
    """Do ``work`` as the account of the state's socket. Returns "" or the code of the failure, see ``ask``."""
    code, _ = await ask(state.router.session.session_id, work)
    return code


async def ask(
    sid: str, work: Callable[[Services, Principal], Awaitable[T]], passing: tuple[type[ServiceError], ...] = ()
) -> tuple[str, T | None]:
    """What ``work`` returns for the account of the socket ``sid``, behind "" or the code of the failure, for ``error.<code>``.

    Failures of the kinds ``passing`` are the caller's to catch: they carry more than a code. For a failure that nobody
    foresaw it is ``unexpected`` and, after a blank, the correlation id of all that was logged meanwhile.
    """
    with correlated() as correlation:
        principal = running().principal(sid)
        if principal is None:
            return NOT_LOGGED_IN, None
        try:
            return "", await work(services(), principal)
        except passing:
            raise
        except PermissionDeniedError as refusal:
            services().refusals.note(principal, str(refusal.permission), refusal.code)
            return refusal.code, None
        except (ServiceError, TelephonyError) as failure:
            return failure.code, None
        except Exception:
            logger.exception("an action failed in a way that nobody foresaw")
            return f"{UNEXPECTED} {correlation}", None
