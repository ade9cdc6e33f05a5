"""Builds the pages in a process of its own: ``python -m xktcc_app.frontend_build``. Compiling takes memory the server need not keep."""

from __future__ import annotations

from pathlib import Path

from reflex.utils import build, frontend_skeleton, path_ops, prerequisites
from reflex_base import constants
from reflex_base.environment import environment


def main() -> None:
    """Compile the pages, fetch the pinned packages, and bundle. Progress goes to the standard output."""
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    with path_ops.file_lock(prerequisites.get_web_dir()):
        if prerequisites.needs_reinit():
            _say("laying out the build directory")
            prerequisites.initialize_reflex_user_directory()
            frontend_skeleton.initialize_web_directory()
        _say("compiling the pages and fetching their packages")
        prerequisites.get_compiled_app(prerender_routes=True, use_rich=False)
        build.setup_frontend(Path.cwd())
        _say("bundling")
        build.build()


def _say(text: str) -> None:
    print(f"  {text}", flush=True)  # noqa: T201 - this is the process's output


if __name__ == "__main__":
    main()
