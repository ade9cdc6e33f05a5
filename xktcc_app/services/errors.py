"""Named failures of the services. ``code`` is stable: the catalogue's key is ``error.<code>``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from xktcc_app.domain.passwords import PasswordFault
from xktcc_app.domain.permissions import Permission


class ServiceError(Exception):
    """Base of everything that a service raises on purpose. The text is for the log and holds no personal data."""

    code = "service_error"


class PermissionDeniedError(ServiceError):
    """The account may not do that, or not to this one."""

    code = "permission_denied"

    def __init__(self, permission: Permission) -> None:
        super().__init__(f"{permission} is missing")
        self.permission = permission


class OutOfScopeError(PermissionDeniedError):
    """The account may do that, but not to data of this organization."""

    code = "out_of_scope"


class NoSeatError(ServiceError):
    """The account has no agent number."""

    code = "no_seat"


class NotFoundError(ServiceError):
    """What was named does not exist (any more)."""

    code = "not_found"


class BadValueError(ServiceError):
    """A field holds what it can't; ``field`` names it."""

    code = "bad_value"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is not allowed")
        self.field = field


class WrongCredentialsError(ServiceError):
    """Account or password is wrong; which one is never told. The next attempt may be made after ``retry_after_s`` seconds."""

    code = "wrong_credentials"

    def __init__(self, retry_after_s: float = 0) -> None:
        super().__init__("account or password is wrong")
        self.retry_after_s = retry_after_s


class ThrottledError(ServiceError):
    """Too soon after a failure; nothing was tried. ``retry_after_s`` in seconds."""

    code = "throttled"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("too soon after a failed attempt")
        self.retry_after_s = retry_after_s


class AccountLockedError(ServiceError):
    """Too many failures; nobody may log in under this name before ``until`` (UTC)."""

    code = "account_locked"

    def __init__(self, until: datetime) -> None:
        super().__init__("locked after too many failed attempts")
        self.until = until


class WeakPasswordError(ServiceError):
    """The new password breaks the policy; ``code`` says how."""

    def __init__(self, fault: PasswordFault) -> None:
        super().__init__(f"the new password is refused: {fault}")
        self.fault = fault
        self.code = f"weak_password.{fault}"


class LastAdministratorError(ServiceError):
    """Nobody could manage accounts any more."""

    code = "last_administrator"


class OwnAccountError(ServiceError):
    """Administrators don't do that to their own account: they would stand outside at once."""

    code = "own_account"


class BeyondOwnRightsError(PermissionDeniedError):
    """It concerns rights that the account does not have itself: nobody gives or takes more than they hold."""

    code = "beyond_own_rights"


class InUseError(ServiceError):
    """It can't be deleted, because it is used: ``uses`` says by what (kind → how many)."""

    code = "in_use"

    def __init__(self, uses: Mapping[str, int]) -> None:
        super().__init__(f"still used by {', '.join(sorted(uses))}")
        self.uses = dict(uses)


class BuiltInError(ServiceError):
    """It came with the program and can't be deleted."""

    code = "built_in"


class TooManyRecordsError(ServiceError):
    """Too many records would have to be found anew at once; it is done by command while the program stands."""

    code = "too_many_records"


class PhoneTestUnavailableError(ServiceError):
    """The PBX can't be asked now whether it accepts a phone."""

    code = "phone_test_unavailable"


class PasswordMismatchError(ServiceError):
    """The new password was typed differently the second time."""

    code = "password_mismatch"


class DatabaseBusyError(ServiceError):
    """The database is locked or can't be reached; nothing was changed, trying again may help."""

    code = "database_busy"


class FieldErrors(ServiceError):  # noqa: N818 -- several errors, by field
    """Fields hold what they can't: field → code of what is wrong (catalogue ``fault.<code>``). Nothing was changed."""

    code = "fields"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(f"not allowed: {', '.join(sorted(faults))}")
        self.faults = dict(faults)


class ChangedMeanwhileError(ServiceError):
    """Somebody else changed the record since it was read; nothing was overwritten. ``version`` is the newest."""

    code = "changed_meanwhile"

    def __init__(self, version: int) -> None:
        super().__init__("the record has another version by now")
        self.version = version


class IllegalStepError(ServiceError):
    """From where the order stands it can't take this step."""

    code = "illegal_step"


class DuplicateFoundError(ServiceError):
    """There are records with the same identity number or telephone; they may be accepted on purpose."""

    code = "duplicate_found"

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__("records with the same number exist")
        self.ids = tuple(ids)


class BadFileError(ServiceError):
    """A file can't be imported; ``reason`` says why (catalogue ``file.<reason>``)."""

    code = "bad_file"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the file is refused: {reason}")
        self.reason = reason


class TakenByAnotherError(ServiceError):
    """Another account works on it."""

    code = "taken_by_another"


class NothingToHearError(ServiceError):
    """The seat is in no call that could be listened to."""

    code = "nothing_to_hear"


class OwnCallError(ServiceError):
    """The call is the account's own."""

    code = "own_call"


class TooManyListenersError(ServiceError):
    """``most`` supervisors listen to this call already."""

    code = "too_many_listeners"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} listen already")
        self.most = most


class TooManyExportsError(ServiceError):
    """``most`` exports of the account are under way or wait already."""

    code = "too_many_exports"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} exports are under way already")
        self.most = most


class AlreadyClosedError(ServiceError):
    """It is done with; nothing can be changed any more."""

    code = "already_closed"


class RecordingNotPlayableError(ServiceError):
    """There is nothing to hear. ``state``: ``none``, or the ``domain.recordings.FileState`` that it is in."""

    code = "recording_not_playable"

    def __init__(self, state: str) -> None:
        super().__init__(f"the recording can't be played: {state}")
        self.state = state
