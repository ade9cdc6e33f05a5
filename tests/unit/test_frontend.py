import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from xktcc_app import frontend
from xktcc_app.frontend_plugin import BuildError, SameOrigin
from xktcc_app.live.page_files import PageAddresses, SecureHeaders, content_security_policy, inline_script_hashes


def test_the_sockets_address_becomes_the_pages_own(tmp_path: Path) -> None:
    script = tmp_path / "assets" / "env.js"
    script.parent.mkdir()
    script.write_text("var e={EVENT:`ws://localhost:8000/_event`,PING:`http://localhost:8000/ping`}")
    SameOrigin().post_build(static_dir=tmp_path)
    assert "ws://localhost:8000" not in script.read_text()
    assert 'location.origin.replace(/^http/,"ws"):"ws://localhost")+"/_event")' in script.read_text()


def test_a_build_without_that_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "env.js").write_text("var e={}")
    with pytest.raises(BuildError):
        SameOrigin().post_build(static_dir=tmp_path)


def test_a_page_stands_only_once(tmp_path: Path) -> None:
    (tmp_path / "env.js").write_text("'ws://localhost:1/_event'")
    (tmp_path / "seats").mkdir()
    for page in ("seats.html", "seats/index.html", "index.html"):
        (tmp_path / page).write_text(page)
    SameOrigin().post_build(static_dir=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["env.js", "index.html", "seats.html"]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source tree whose build takes no time."""
    for name, place in (
        ("ROOT", "."),
        ("_WEB", ".web"),
        ("_SERVED", ".served"),
        ("_CURRENT", ".served/current"),
    ):
        monkeypatch.setattr(frontend, name, tmp_path / place)
    monkeypatch.setattr(frontend, "_mine", {})
    monkeypatch.setattr(frontend, "_LOCKS", tmp_path / "reflex.lock")
    (tmp_path / "reflex.lock").mkdir()
    (tmp_path / "rxconfig.py").write_text("1")

    def build(_progress: object) -> None:
        pages = tmp_path / ".web" / "build" / "client"
        pages.mkdir(parents=True, exist_ok=True)
        (pages / "index.html").write_text((tmp_path / "rxconfig.py").read_text())

    monkeypatch.setattr(frontend, "_run", build)
    return tmp_path


def test_the_build_is_skipped_only_for_the_very_same_sources(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds: list[int] = []
    build = frontend._run
    monkeypatch.setattr(frontend, "_run", lambda progress: (builds.append(1), build(progress)))
    for _ in range(2):
        frontend.build_frontend(print)
    assert len(builds) == 1
    (tree / "rxconfig.py").write_text("2")
    frontend.build_frontend(print)
    assert len(builds) == 2
    (frontend.pages_dir() / "index.html").unlink()
    frontend.build_frontend(print)
    assert len(builds) == 3


def test_a_build_that_is_served_stays_and_one_that_nobody_serves_goes(tree: Path) -> None:
    frontend.build_frontend(print)
    served = frontend.web_dir()
    with frontend.hold(served):
        (tree / "rxconfig.py").write_text("2")
        frontend.build_frontend(print)
        assert (served / "build/client/index.html").read_text() == "1"
        assert (frontend.pages_dir() / "index.html").read_text() == "2"
    (tree / "rxconfig.py").write_text("3")
    frontend.build_frontend(print)
    assert not served.exists()


def test_what_reflex_empties_is_not_served(tree: Path) -> None:
    frontend.build_frontend(print)
    shutil.rmtree(tree / ".web")
    assert (frontend.pages_dir() / "index.html").read_text() == "1"


def test_what_a_start_made_or_found_is_its_own_whatever_another_start_builds(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frontend.build_frontend(print)
    frontend.build_frontend(print)  # found
    ours = frontend._mine
    monkeypatch.setattr(frontend, "_mine", {})  # another process
    for other in ("2", "3"):
        (tree / "rxconfig.py").write_text(other)
        frontend.build_frontend(print)
    monkeypatch.setattr(frontend, "_mine", ours)
    assert (frontend.pages_dir() / "index.html").read_text() == "1"


def test_earlier_sources_find_their_build_again(tree: Path) -> None:
    frontend.build_frontend(print)
    with frontend.hold(frontend.web_dir()):
        (tree / "rxconfig.py").write_text("2")
        frontend.build_frontend(print)
    (tree / "rxconfig.py").write_text("1")
    frontend.build_frontend(print)
    assert (frontend.pages_dir() / "index.html").read_text() == "1"


@pytest.mark.parametrize(
    ("after", "kept"), [('{"a":{"b":1}}', True), ('{"a":{"b":2}}', False)], ids=["another layout", "another content"]
)
def test_lock_files_change_only_when_they_say_something_else(tree: Path, after: str, *, kept: bool) -> None:
    file = tree / "reflex.lock" / "package.json"
    file.write_text('{\n  "a": {"b": 1}\n}\n')
    before = file.read_text()
    with frontend._same_locks(frontend._lock_files()):
        file.write_text(after)
    assert file.read_text() == (before if kept else after)


def test_a_failed_build_says_what_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    with pytest.raises(BuildError, match="No module named"):
        frontend._run(print)


def pages(tmp_path: Path) -> Path:
    (tmp_path / "seats.html").write_text(
        '<script>one()</script><script src="/x.js"></script><script type="module">two()</script>'
    )
    (tmp_path / "index.html").write_text("<script>one()</script>")
    return tmp_path


def test_inline_scripts_are_allowed_by_their_hash_only(tmp_path: Path) -> None:
    hashes = inline_script_hashes(pages(tmp_path))
    assert len(hashes) == 2
    assert all(entry.startswith("'sha256-") for entry in hashes)
    policy = content_security_policy(tmp_path)
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'sha256-" in policy


def test_headers_and_addresses(tmp_path: Path) -> None:
    async def show(request):
        return PlainTextResponse(
            request.url.path, headers={"x-frame-options": "SAMEORIGIN"} if "own" in request.url.path else {}
        )

    async def missing(_request):
        return PlainTextResponse("no", status_code=404)

    inner = Starlette(routes=[Route("/missing", missing), Route("/{path:path}", show, methods=["GET", "POST"])])
    client = TestClient(SecureHeaders(PageAddresses(inner, pages(tmp_path)), "default-src 'none'"))
    assert client.get("/seats").text == "/seats.html"
    assert client.get("/seats/").text == "/seats.html"
    assert client.post("/seats").text == "/seats"
    assert client.get("/other").text == "/other"
    answer = client.get("/seats")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert "immutable" in client.get("/assets/a.js").headers["cache-control"]
    assert client.get("/missing").headers["cache-control"] == "no-store"
    assert client.get("/own").headers["x-frame-options"] == "SAMEORIGIN"
