"""What the routes share: forms, origins, cookies, the address of the other side."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse

from xktcc_app.config import Settings

SESSION_COOKIE = "xktcc_session"
FLASH_COOKIE = "xktcc_flash"
FLASH_S = 60
FORM_BYTES = 8192
FORM_TYPE = "application/x-www-form-urlencoded"


class BadFormError(Exception):
    """The body is no form of ours; ``status`` is the HTTP status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a URL-encoded form, the last one of each name. ``BadFormError`` for another type or too much of it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind and request.headers.get("content-length", "0") == "0":
        return {}  # a script that posts nothing at all
    if kind != FORM_TYPE:
        raise BadFormError(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise BadFormError(413)
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise BadFormError(400) from None


def same_origin(request: HTTPConnection, settings: Settings) -> bool:
    """Whether the request comes from our own pages, or from no page at all (a script sends no Origin).

    Compared by host, because behind a proxy that ends TLS our own scheme is not the browser's.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    if origin.lower() in settings.allowed_origins:
        return True
    return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() != ""


def client_address(request: Request, settings: Settings) -> str:
    """The address of the other side; what a trusted proxy says of it, when there is one."""
    if settings.trust_proxy:
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return request.client.host if request.client else ""


def go_to(path: str) -> RedirectResponse:
    """On to a page with GET, and nothing of it kept on the way."""
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


def set_cookie(response: RedirectResponse, name: str, value: str, settings: Settings, max_age_s: int) -> None:
    """A cookie that scripts can't read and other sites don't send."""
    response.set_cookie(
        name, value, max_age=max_age_s, path="/", httponly=True, samesite="strict", secure=settings.secure_cookie
    )


def drop_cookie(response: RedirectResponse, name: str, settings: Settings) -> None:
    """Take a cookie of ours away."""
    response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=settings.secure_cookie)
