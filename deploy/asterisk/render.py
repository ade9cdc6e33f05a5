"""Turns a plan into the texts of configuration files. Nothing is written here."""

from __future__ import annotations

import ipaddress
import json
import shutil
import string
import subprocess
from pathlib import Path

from deploy.asterisk import modules
from deploy.asterisk.plan import LOOPBACK, Plan, Trunk

_TEMPLATES = Path(__file__).parent / "templates"
_SHARED = ("pjsip.conf", "sorcery.conf", "ari.conf", "extensions.conf", "musiconhold.conf")
_INCLUDES = {
    "sorcery.conf": "",
    "extensions.conf": "[general]\nstatic=yes\nwriteprotect=yes\nautofallthrough=yes\n\n",
    "musiconhold.conf": "",
}
_EMPTY = ("ccss", "udptl", "chan_websocket", "codecs", "features", "websocket_client", "pjproject", "aeap")


class _Template(string.Template):
    """``@{name}`` is filled in; Asterisk's own ``${name}`` stays."""

    delimiter = "@"


def shared_files(plan: Plan, music_class: str, music_dir: Path) -> dict[str, str]:
    """The files below ``xktcc/``, the same for a private instance and for an Asterisk that is there already."""
    values = _values(plan) | {"music_class": music_class, "music_dir": str(music_dir)}
    return {f"xktcc/{name}": _fill(name, values) for name in _SHARED}


def private_files(plan: Plan, home: Path, root: Path) -> dict[str, str]:
    """All of ``etc`` of an instance in ``home`` whose programs are unpacked below ``root``."""
    values = _values(plan) | {
        "home": str(home),
        "modules_dir": str(next(root.glob("usr/lib/*/asterisk/modules"))),
        "data_dir": str(home / "data"),
    }
    files = {name: _fill(name, values) for name in ("asterisk.conf", "http.conf", "rtp.conf")}
    files |= {f"{kind}.conf": _fill(f"general-{kind}.conf", values) for kind in ("ari", "pjsip")}
    files |= {name: f"{head}#include xktcc/{name}\n" for name, head in _INCLUDES.items()}
    files |= {f"{name}.conf": "[general]\n" for name in _EMPTY}
    files |= {f"{name}.conf": "[general]\nenable=no\n" for name in ("cdr", "cel")}
    files |= {"manager.conf": "[general]\nenabled=no\n", "acl.conf": ""}
    files["stasis.conf"] = "[threadpool]\ninitial_size=5\nidle_timeout_sec=20\nmax_size=50\n"
    files["modules.conf"] = f"[modules]\nautoload=no\n{modules.as_lines()}\n"
    # Level "verbose" would write the numbers of callers into the log.
    files["logger.conf"] = (
        "[general]\ndateformat=%F %T.%3q\nqueue_log=no\n[logfiles]\nmessages => notice,warning,error\n"
    )
    files["indications.conf"] = _INDICATIONS
    return files | shared_files(plan, "default", home / "moh")


def notice(plan: Plan) -> str:
    """What to do with the files beside an Asterisk that is there already."""
    wrapped = "\n".join(f"       {words}" for words in modules.GROUPS.values())
    return _fill("notice.txt", _values(plan) | {"modules": wrapped, "ari_url": plan.ari_url})


def environment(plan: Plan) -> str:
    """The program's settings for this PBX, as a shell and systemd's ``EnvironmentFile`` read them."""
    return (
        f"XKTCC_ARI_URL='{plan.ari_url}'\nXKTCC_ARI_USER='{plan.ari_user}'\n"
        f"XKTCC_ARI_PASSWORD='{plan.ari_password}'\nXKTCC_DEMO=0\n"
    )


def _fill(template: str, values: dict[str, str]) -> str:
    return _Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)


def _values(plan: Plan) -> dict[str, str]:
    trunk = plan.trunk
    return {
        "app": plan.app,
        "ari_user": plan.ari_user,
        "ari_password": plan.ari_password,
        "bind": plan.bind,
        "http_port": str(plan.http_port),
        "sip_port": str(plan.sip_port),
        "rtp_first": str(plan.rtp_first),
        "rtp_last": str(plan.rtp_first + plan.rtp_ports - 1),
        "rtp_timeout": str(plan.rtp_timeout_s),
        "greeting": plan.greeting,
        "external": _external(plan),
        "media": f"media_address={plan.bind}\nbind_rtp_to_media_address=yes\n" if plan.local else "",
        "ice_hosts": _ice_hosts() if plan.local else "",
        "trunk": trunk.name,
        "trunk_uri": f"{trunk.host}:{trunk.port}",
        # A carrier that is asked too often may take offence; one on this machine is a test's.
        "trunk_qualify": "5" if plan.local else "60",
        "trunk_matches": "\n".join(f"match={match}" for match in trunk.matches or (trunk.host,)),
        "trunk_endpoint_auth": f"outbound_auth={trunk.name}\nfrom_user={trunk.user}\n" if trunk.user else "",
        "trunk_auth": _trunk_auth(trunk),
        "overflow_lines": _overflow(plan),
    }


def _external(plan: Plan) -> str:
    if not plan.public:
        return ""
    lines = [f"external_signaling_address={plan.public}", f"external_media_address={plan.public}"]
    return "\n".join([*lines, *(f"local_net={net}" for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")), ""])


def _trunk_auth(trunk: Trunk) -> str:
    if not trunk.user:
        return ""
    auth = f"\n[{trunk.name}]\ntype=auth\nauth_type=userpass\nusername={trunk.user}\npassword={trunk.password}\n"
    if not trunk.register:
        return auth
    return auth + (
        f"\n[{trunk.name}]\ntype=registration\noutbound_auth={trunk.name}\nserver_uri=sip:{trunk.host}:{trunk.port}\n"
        f"client_uri=sip:{trunk.user}@{trunk.host}\ncontact_user={trunk.user}\nretry_interval=30\nforbidden_retry_interval=300\n"
    )


def _overflow(plan: Plan) -> str:
    if not plan.overflow:
        return " ; no overflow number is configured: nobody else can take the call\n"
    return f" same => n,Dial(PJSIP/{plan.overflow}@{plan.trunk.name},60)\n"


def _ice_hosts() -> str:
    """Asterisk never offers 127.0.0.0/8 to a browser; on one machine loopback has to stand in for its own addresses."""
    command = shutil.which("ip")
    if command is None:
        return ""
    found = subprocess.run([command, "-j", "addr"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - fixed words
    addresses = [entry["local"] for link in json.loads(found or "[]") for entry in link.get("addr_info", [])]
    own = [address for address in addresses if _is_own_ipv4(address)]
    return "\n".join(["[ice_host_candidates]", *(f"{address} => {LOOPBACK}" for address in own), ""])


def _is_own_ipv4(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return parsed.version == 4 and not parsed.is_loopback


# GB/T 3380: the tones of Chinese exchanges, 450 Hz
_INDICATIONS = """[general]
country=cn

[cn]
description=China
ringcadence=1000,4000
dial=450
busy=450/350,0/350
ring=450/1000,0/4000
congestion=450/700,0/700
callwaiting=450/400,0/4000
dialrecall=450
record=950/400,0/10000
info=450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400
"""
