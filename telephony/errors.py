"""Named failures of telephony. ``code`` is stable: the catalogues turn it into a sentence in the user's language."""

from __future__ import annotations


class TelephonyError(Exception):
    """Base of everything that this package raises on purpose."""

    code = "telephony_error"


class PbxUnreachableError(TelephonyError):
    """The PBX does not answer, or the event socket is lost; the command was not carried out."""

    code = "pbx_unreachable"


class PbxRefusedError(TelephonyError):
    """The PBX answered with an error. ``status`` is its HTTP status."""

    code = "pbx_refused"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class PbxCredentialsError(TelephonyError):
    """The PBX knows neither this user nor this password."""

    code = "pbx_credentials"


class ApplicationReplacedError(TelephonyError):
    """Another process took our ARI application over; fatal, because this one no longer hears anything."""

    code = "application_replaced"


class CommandTimeoutError(TelephonyError):
    """The event that proves the command did not come within its deadline."""

    code = "command_timeout"


class DeviceOfflineError(TelephonyError):
    """The phone is not registered at the PBX."""

    code = "device_offline"


class NotSupportedError(TelephonyError):
    """This PBX can't do that; see ``CtiPort.capabilities``."""

    code = "not_supported"


class IllegalTransitionError(TelephonyError):
    """The event or request does not fit the present state; nothing was changed."""

    code = "illegal_transition"


class UnknownAgentError(TelephonyError):
    """No seat has this agent number."""

    code = "unknown_agent"


class NoSuchCallError(TelephonyError):
    """There is no such call, or the agent has none to act upon."""

    code = "no_such_call"


class DeviceInUseError(TelephonyError):
    """Another agent is logged on at this phone, or the line has a call already."""

    code = "device_in_use"


class NotProvisionedError(TelephonyError):
    """The account has no phone id or token yet."""

    code = "not_provisioned"


class BadNumberError(TelephonyError):
    """The number to dial is none: letters, too short or too long."""

    code = "bad_number"


class BarredNumberError(TelephonyError):
    """The number is in a range that is not called from here, by configuration."""

    code = "barred_number"


class EmergencyNumberError(TelephonyError):
    """An emergency service's number, and they are not called from here, by configuration."""

    code = "emergency_number"


class BadDigitsError(TelephonyError):
    """What is to be pressed is not 1 to 32 keys of a telephone."""

    code = "bad_digits"


class NoConsultationError(TelephonyError):
    """The agent consults nobody, or nobody who has answered yet."""

    code = "no_consultation"


class BadReasonError(TelephonyError):
    """The reason code is none: more than 40 characters, or others than small letters and underscores."""

    code = "bad_reason"


class SeatNotReadyError(TelephonyError):
    """The seat is in a state in which this can't be done."""

    code = "seat_not_ready"


class PeerNotFreeError(SeatNotReadyError):
    """The seat to which a call is to go can't take it: busy, ringing already, signed out or without its phone."""

    code = "peer_not_free"
