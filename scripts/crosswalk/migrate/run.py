"""A migration from end to end: each step says what it does and what came of it, and ends the run where it fails."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.errors import ConfigError, CrosswalkError, PlanError
from crosswalk.extract import windows
from crosswalk.files import private_folder
from crosswalk.migrate.build_step import BuildStep
from crosswalk.migrate.journey import FOLDER, Journey, settle
from crosswalk.migrate.source import Source, Span, account_of
from crosswalk.migrate.verify_step import EXIT_CODES, verify_line
from crosswalk.output import json_line, log, plural, say
from crosswalk.plan import Plan, PlanOptions, make_plan
from crosswalk.plan_config import configuration
from crosswalk.plan_store import save_plan
from crosswalk.plan_text import LABEL, plan_lines
from crosswalk.push.lock import Lock
from crosswalk.push.network import Network
from crosswalk.push.run import PushOptions, Report, push
from crosswalk.push.sending import refuse_if_locked
from crosswalk.push.vendor import Vendor
from crosswalk.verify.result import VerifyResult
from crosswalk.warehouse import Warehouse

# A destination that refused records has the others: the migration is delivered.
_DELIVERED = (exits.DONE, exits.REJECTED)


@dataclass(frozen=True)
class Place:
    """Where a migration works: the dbt project and target, the state folder, and a way to open the warehouse.

    It is opened anew after the build, since an open one takes a change of its file for somebody else's.
    """

    project_dir: Path
    state_dir: Path
    profiles_dir: str | None
    target: str | None
    open_warehouse: Callable[[], Warehouse]


@dataclass(frozen=True)
class Wish:
    """What a person asks for; without a span the last 30 days, without a vendor no further than the plan."""

    source: Source
    destination: str
    vendor: Vendor | None
    span: Span | None
    typed: str
    agree: Callable[[str], bool]
    push_lines: Callable[[Report, str, str], list[str]]
    verify: Callable[[], VerifyResult]
    network: Network = field(default_factory=Network)
    rate: int | None = None
    dry_run: bool = False
    yes: bool = False
    restart: bool = False
    as_json: bool = False


def migrate(wish: Wish, place: Place) -> int:
    """Run the steps that are left; the exit code of the step that ended the run, else 0 (7 with rejected records).

    Raises CrosswalkError with the step and the command that goes on. Only one migration runs in a state folder.
    """
    # not in the folder of the pushes' locks, which says that something was sent from here
    folder = private_folder(private_folder(place.state_dir) / FOLDER)
    lock = Lock(folder, "migrate", "migrating with this state folder")
    try:
        project = account_of(wish.vendor.url, wish.vendor.identity()) if wish.vendor else None
        journey, begun_before = settle(
            place.state_dir,
            wish.source,
            wish.destination,
            project,
            wish.span,
            windows.utc_now(),
            wish.restart,
        )
        return _Migration(wish, place, journey, project).run(begun_before)
    finally:
        lock.release()


class _Migration:
    """One run over one journey."""

    def __init__(self, wish: Wish, place: Place, journey: Journey, project: str | None) -> None:
        self._wish, self._place, self._journey, self._project = wish, place, journey, project
        self._young = 0
        self._plan: Plan | None = None
        self._warehouse: Warehouse | None = None
        self._pushed: Report | None = None
        self._verified = "not_verified"

    def run(self, begun_before: bool) -> int:
        self._say_range(begun_before)
        steps = [("extract", self._extract), ("build", self._build), ("plan", self._make_plan)]
        if not self._wish.dry_run:
            steps += [("push", self._push), ("verify", self._verify)]
        worst = exits.DONE
        for number, (name, step) in enumerate(steps, start=1):
            if name == "push":
                self._approve()
            self._tell(f"Step {number} of {len(steps)}: {name}", head=True)
            try:
                code = step()
            except CrosswalkError as error:
                raise type(error)(
                    f"Step {number} of {len(steps)}, {name}: {error} To go on: {self._wish.typed}"
                ) from error
            if code not in _DELIVERED:
                return self._stopped(f"step {number} of {len(steps)}, {name}", name, code)
            worst = worst or code
        return self._done(worst)

    def _say_range(self, begun_before: bool) -> None:
        journey, source = self._journey, self._wish.source
        whose = f"the last 30 days that {source.label} had in full" if journey.by_default else "as asked for"
        again = (
            f"; the range of the migration that began {journey.begun():%Y-%m-%d %H:%M} UTC"
            if begun_before
            else ""
        )
        zone = " (UTC)" if source.name == "amplitude" else ""
        self._tell(
            f"{source.label} at {source.url} to {LABEL[self._wish.destination]}: {source.what} from {journey.span}{zone}, "
            f"both included, {whose}{again}."
        )
        if begun_before and self._wish.span is None:
            self._tell("For the last 30 days as of now, add --restart.")

    def _extract(self) -> int:
        extracted = self._wish.source.extract(self._journey.span, self._journey.begun())
        self._young = extracted.young
        self._give({"type": "extract", "source": self._wish.source.name, **extracted.values}, extracted.lines)
        return extracted.exit_code

    def _build(self) -> int:
        source, place, span = self._wish.source, self._place, self._journey.span
        found = source.find(span, place.project_dir)
        if not found.events:
            raise ConfigError(
                f"{source.label} has no events from {span}, so there is nothing to build: choose another range with --start "
                "and --end, or check the region and the project."
            )
        as_of = max(self._journey.begun().date(), source.last_day(span))
        step = BuildStep(
            place.project_dir,
            place.profiles_dir,
            place.target,
            place.state_dir,
            source.name,
            self._wish.destination,
            found,
            as_of,
        )
        if step.is_done(place.open_warehouse()):
            self._give(
                {"type": "build", "done_before": True}, ["Built before from the same files and models."]
            )
            return exits.DONE
        report = step.run(place.open_warehouse)
        self._give({"type": "build", "done_before": False, **report.as_dict()}, report.lines())
        return report.exit_code

    def _make_plan(self) -> int:
        # the same for plan and push: it says so where the payloads change in between
        self._warehouse = self._place.open_warehouse()
        wish, place = self._wish, self._place
        settings = configuration(place.project_dir, self._warehouse, wish.destination, wish.vendor)
        plan = make_plan(
            self._warehouse,
            wish.destination,
            PlanOptions(wish.rate, configuration=settings, state_dir=place.state_dir),
        )
        save_plan(self._place.state_dir, plan)
        self._plan = plan
        self._give({"type": "plan", **plan.as_dict()}, plan_lines(plan))
        return exits.DONE

    def _approve(self) -> None:
        """Go on only where the plan may be sent: --yes, a person's word, or that all of it was delivered before."""
        plan, vendor = self._known_plan(), self._vendor()
        vendor.check_endpoints(plan.endpoints())
        delivered = self._journey.delivered.get(self._project or "", {})
        if self._wish.yes or delivered.get("plan_id") == plan.plan_id:
            return
        if not self._wish.agree(f"Send this to {vendor.label} at {vendor.url}? [y/N] "):
            raise PlanError(
                f"Nothing was sent: the plan {plan.plan_id} was not approved. To send it: {self._with_yes()}"
            )

    def _push(self) -> int:
        plan, vendor, place = self._known_plan(), self._vendor(), self._place
        refuse_if_locked(vendor, place.state_dir)
        options = PushOptions(
            plan_id=plan.plan_id,
            records=plan.records,
            state_dir=place.state_dir,
            rate=self._wish.rate,
            network=self._wish.network,
        )
        report = push(vendor, self._built_warehouse(), options)
        self._pushed = report
        self._give(
            {"type": "push", **report.as_dict()},
            self._wish.push_lines(report, vendor.label, self._wish.typed),
        )
        if report.exit_code in _DELIVERED and not self._young:
            self._journey.delivered[self._project or ""] = {
                "plan_id": plan.plan_id,
                "host": vendor.url,
                "at": windows.utc_now().isoformat(timespec="seconds"),
            }
            self._journey.save(place.state_dir)
        return report.exit_code

    def _verify(self) -> int:
        result = self._wish.verify()
        self._verified = result.status
        self._give({"type": "verify", **result.as_dict()}, [verify_line(result)])
        return EXIT_CODES[result.status]

    def _done(self, code: int) -> int:
        if self._young:
            unit = "hour" if self._wish.source.name == "amplitude" else "day"
            self._tell(
                f"{plural(self._young, unit)} of the range are not over yet or cannot be exported yet: run the same command "
                "later, and what they hold goes out then.",
                head=True,
            )
        if self._wish.dry_run:
            self._tell(f"Nothing was sent. To send this plan: {self._with_yes()}", head=True)
        self._summary("dry_run" if self._wish.dry_run else "rejected" if code else "done", "", code)
        return code

    def _stopped(self, where: str, step: str, code: int) -> int:
        signalled = code in (exits.HUNG_UP, exits.INTERRUPTED, exits.TERMINATED)
        self._summary("interrupted" if signalled else "failed", step, code)
        log.error(f"The migration ended in {where}. To go on: {self._wish.typed}")
        return code

    def _summary(self, outcome: str, step: str, code: int) -> None:
        if not self._wish.as_json:
            return
        journey, plan, pushed = self._journey, self._plan, self._pushed
        json_line(
            {
                "type": "migrate",
                "outcome": outcome,
                "exit_code": code,
                "ended_in": step,
                "source": journey.source,
                "destination": journey.destination,
                "first": journey.first,
                "last": journey.last,
                "by_default": journey.by_default,
                "begun_at": journey.begun_at,
                "young": self._young,
                "plan_id": plan.plan_id if plan else None,
                "records": plan.records if plan else None,
                "accepted": pushed.accepted + pushed.already_accepted if pushed else None,
                "verified": self._verified == "verified",
            }
        )

    def _give(self, values: dict[str, Any], lines: list[str]) -> None:
        """A step's result: an object for programs, lines for people."""
        if self._wish.as_json:
            json_line(values)
            return
        for line in lines:
            say(line)

    def _tell(self, text: str, head: bool = False) -> None:
        """A line between the steps, with `head` behind a blank one; beside JSON it goes to the log."""
        if self._wish.as_json:
            log.info(text)
            return
        if head:
            say()
        say(text)

    def _with_yes(self) -> str:
        words = [word for word in shlex.split(self._wish.typed) if not word.startswith("--dry")]
        return shlex.join([*words, *([] if "--yes" in words else ["--yes"])])

    def _known_plan(self) -> Plan:
        assert self._plan is not None, "the plan is made before"  # noqa: S101 - the order of the steps
        return self._plan

    def _built_warehouse(self) -> Warehouse:
        assert self._warehouse is not None, "the plan is made before"  # noqa: S101
        return self._warehouse

    def _vendor(self) -> Vendor:
        assert self._wish.vendor is not None, "only a dry run has no vendor"  # noqa: S101
        return self._wish.vendor
