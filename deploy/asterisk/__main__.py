"""``python -m deploy.asterisk start|stop|install``: a private Asterisk 22 for this program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.asterisk import process
from deploy.asterisk.install import SUITE, InstallError, install
from deploy.asterisk.instance import ENVIRONMENT, kept_password, write_instance
from deploy.asterisk.keeper import end_keeper, leave_keeper
from deploy.asterisk.options import add_plan_options, default_home, plan_of
from deploy.asterisk.plan import Plan, PlanError
from deploy.asterisk.process import ProcessError


def main(words: list[str] | None = None) -> int:
    """Do it; returns the exit code (2: it can't be done, and why was said)."""
    parser = argparse.ArgumentParser(prog="python -m deploy.asterisk", description=__doc__)
    parser.add_argument("what", choices=("start", "stop", "install"))
    parser.add_argument(
        "--home", type=Path, default=default_home(), help="folder for programs and instance (default .pbx)"
    )
    parser.add_argument("--suite", default=SUITE, help="Debian suite to take Asterisk from (default %(default)s)")
    add_plan_options(parser)
    chosen = parser.parse_args(words)
    try:
        return _do(chosen, chosen.home.resolve())
    except (InstallError, PlanError, ProcessError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _do(chosen: argparse.Namespace, home: Path) -> int:
    prefix, instance = home / "asterisk-22", home / "instance"
    if chosen.what == "stop":
        kept, ran = end_keeper(instance), process.stop(instance)
        sys.stdout.write("· stopped\n" if kept or ran else "· it does not run\n")
        return 0
    plan = plan_of(chosen, kept_password(instance))
    process.require_reachable(instance)
    program = install(prefix, chosen.suite)
    if chosen.what == "install":
        return 0
    end_keeper(instance)
    if process.stop(instance):
        sys.stdout.write("· the earlier one is stopped\n")
    write_instance(plan, instance, prefix / "root")
    pid = process.start(plan, instance, program)
    sys.stdout.write(_how_to_use(plan, instance, pid))
    sys.stdout.flush()
    leave_keeper(plan, instance, program)
    return 0


def _how_to_use(plan: Plan, instance: Path, pid: int) -> str:
    settings = instance / ENVIRONMENT
    return f"""· Asterisk runs (process {pid}), recordings and logs in {instance}

  Use it:        set -a; . {settings}; set +a; make run
                 (XKTCC_ARI_URL={plan.ari_url} XKTCC_ARI_USER={plan.ari_user}; XKTCC_ARI_PASSWORD stands in that file)
  Phones:        SIP server {plan.bind}:{plan.sip_port} (udp or tcp), user = phone id, password = token; *43 is an echo test
  Trunk:         {plan.trunk.name} to {plan.trunk.host}:{plan.trunk.port}
  While away:    callers hear {plan.greeting!r}, then {"go to the overflow number" if plan.overflow else "the call ends (no --overflow)"}
  Should it die: it is started again, {instance / "log" / "keeper.log"} tells when
  Stop it:       make asterisk-stop
"""


if __name__ == "__main__":
    raise SystemExit(main())
