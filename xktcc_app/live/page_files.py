"""How the built pages are handed out: found by their plain address, and with what tells the browser to be strict."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
_HASHED_FILES = "/assets/"


def inline_script_hashes(static_dir: Path) -> list[str]:
    """Sources for ``script-src``, one for each script that stands in a built page itself."""
    texts = {
        match["text"]
        for page in static_dir.rglob("*.html")
        for match in _INLINE.finditer(page.read_text(encoding="utf-8"))
        if match["text"] and "src=" not in match["attributes"]
    }
    return sorted(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)


def content_security_policy(static_dir: Path) -> str:
    """Own files only; scripts without eval. Styles may be inline, because Reflex's are."""
    scripts = " ".join(["'self'", *inline_script_hashes(static_dir)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class SecureHeaders:
    """Adds the headers to every HTTP answer that has not set its own."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._fixed = {
            "content-security-policy": policy,
            "x-frame-options": "DENY",
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and complete the answer's head."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = "public, max-age=31536000, immutable" if scope["path"].startswith(_HASHED_FILES) else "no-cache"

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._fixed.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", kept if message["status"] < 400 else "no-store")
            await send(message)

        await self._app(scope, receive, complete)


class PageAddresses:
    """Lets ``/seats`` mean the built ``seats.html``; other methods than reading go by."""

    def __init__(self, app: ASGIApp, static_dir: Path) -> None:
        self._app = app
        self._pages = {f"/{page.stem}" for page in static_dir.glob("*.html")} - {"/index"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under the file's name."""
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            address = scope["path"].rstrip("/")
            if address in self._pages:
                file = f"{address}.html"
                scope = {**scope, "path": file, "raw_path": file.encode()}
        await self._app(scope, receive, send)
