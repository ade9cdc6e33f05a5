"""Reflex's own settings; everything else is read by ``xktcc_app.config``.

bun is the one that came as a Python package into this very environment: Reflex then downloads nothing, and whatever
Node is on the machine plays no part.
"""

import sys
from pathlib import Path

import reflex as rx
from reflex_base.constants import Bun, StateManagerMode

from xktcc_app.frontend_plugin import SameOrigin

_BUN = Path(sys.prefix) / "bin" / "bun"
_WEEK_S = 7 * 24 * 3600

config = rx.Config(
    app_name="xktcc_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    state_manager_mode=StateManagerMode.MEMORY,
    # States are dropped when their socket closes; a wall that nobody touches must not lose its own before that.
    redis_token_expiration=_WEEK_S,
    cors_allowed_origins=[],
    react_strict_mode=False,
    plugins=[SameOrigin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    # the browser phone; loaded only when an agent switches it on
    frontend_packages=["jssip@3.13.8"],
    bun_path=_BUN if _BUN.exists() else Bun.DEFAULT_PATH,
)
