"""What a caller of the exchange can do wrong, each with the HTTP status and sentence that Asterisk gives."""


class ExchangeError(Exception):
    """Base of all refusals: `status` is the HTTP status, `message` the sentence in the JSON answer."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequestError(ExchangeError):
    """A parameter is missing or makes no sense."""

    status = 400


class ForbiddenError(ExchangeError):
    """The peer may not do this."""

    status = 403


class UnknownError(ExchangeError):
    """The named thing does not exist."""

    status = 404


class MethodError(ExchangeError):
    """The resource exists but does not know this method."""

    status = 405


class ConflictError(ExchangeError):
    """The thing exists already, or is in a state that does not allow this."""

    status = 409


class PreconditionError(ExchangeError):
    """The channel is in a state (not yet dialled, ringing) in which this makes no sense."""

    status = 412


class UnprocessableError(ExchangeError):
    """The request is well formed but cannot be carried out."""

    status = 422


class AllocationError(ExchangeError):
    """The device cannot be called at all: Asterisk says this for an offline or unknown endpoint, and sends no event."""

    status = 500

    def __init__(self) -> None:
        super().__init__("Allocation failed")


class UnsupportedError(ExchangeError):
    """Asterisk can do this and the embedded exchange cannot."""

    status = 501
