"""`./dev chaos`: the order of a run. The main thread looks after the processes; all else has threads of its own."""

import os
import random
import shutil
import tempfile
import time
from collections import Counter
from contextlib import contextmanager

from marketplace.local.chaos import report
from marketplace.local.chaos.at_stripe import AtStripe, NotDone
from marketplace.local.chaos.clock import Offsets
from marketplace.local.chaos.faults import Faults
from marketplace.local.chaos.recovery import Recovery
from marketplace.local.chaos.stack import SETTINGS, Stack, StackError
from marketplace.local.chaos.troubling import Troubling
from marketplace.local.datadir import DataFolder
from marketplace.local.manage import family
from marketplace.local.testing import RUNS, remove_abandoned_runs

NAIVE = "marketplace.local.chaos.naive_settings"
SECONDS_PER_ENGAGEMENT, SHORTEST = 1.2, 15.0
STORIES_BEGIN_WITHIN = 0.75  # of the time in which things break
GAP = 4.0  # seconds between two kills, about
PROGRESS_EVERY = 5.0
LOOK_AFTER_EVERY = 0.03
OWN_MONEY = 50_000_000  # minor units: in a naive run from the start, else once nothing breaks any more
DAYS = (1, 2, 3, 3)  # that pass at the end: reviews end, unfunded offers lapse, money settles at Stripe
MOST_SECONDS_TO_END = 300  # for the stories, once nothing breaks: a machine that does other work is slow
MOST_SECONDS_TO_SETTLE, LAST_SECONDS = 25.0, 120.0  # before the next day passes; what waits for money needs days


def chaos(options):
    """`options`: engagements, seed, minutes, json, naive, keep. Returns the exit code."""
    with folder(options.keep) as data, data.locked("./dev chaos"), family(data) as children:
        if not options.keep:
            children.remove_at_the_end(data.path)
        stack = Stack(data, children, settings=NAIVE if options.naive else SETTINGS)
        try:
            run = Run(stack, options)
            run.go()
        except StackError as error:
            print(error, flush=True)
            return 1
        finally:
            stack.stop()
        figures = run.figures()
    report.show(figures)
    if options.json:
        report.write(figures, options.json)
    return 0 if figures["passed"] else 1


@contextmanager
def folder(kept):
    """The folder that was asked for, emptied; else one that is gone afterwards."""
    if kept:
        data = DataFolder(kept)
        data.empty()
        yield data
        return
    RUNS.mkdir(exist_ok=True)
    remove_abandoned_runs()
    data = DataFolder(tempfile.mkdtemp(dir=RUNS))
    try:
        yield data
    finally:
        shutil.rmtree(data.path, ignore_errors=True)


class Run:
    def __init__(self, stack, options):
        self.stack, self.options, self.tally = stack, options, Counter()
        self.began = time.monotonic()
        self.stripe = AtStripe(stack.stripe)
        self.offsets = Offsets(stack.data / "clock.json")
        self.recovery = Recovery(stack)
        self.seconds = (options.minutes or 0) * 60 or max(SHORTEST, SECONDS_PER_ENGAGEMENT * options.engagements)

    def go(self):
        self.say("Starting PostgreSQL, Valkey and the Stripe simulator …")
        self.offsets.write()
        self.stack.start_servers()
        self.set_up_django()
        self.make_world()
        if self.options.naive:
            self.stripe.top_up(OWN_MONEY)  # else Stripe's refusal of what we have not got hides most double transfers
        self.stack.start_site()
        self.wait_for(self.site_is_up, 60, "the site did not come up")
        self.recovery.thread.start()
        self.break_things()
        self.heal()
        self.settle()
        self.judge()

    def set_up_django(self):
        """In this process too: it makes the world through actions, and reads at the end."""
        os.environ.update(self.stack.environment | {"DJANGO_SETTINGS_MODULE": "marketplace.settings"})
        import django

        django.setup()

    def make_world(self):
        from marketplace.local.chaos.plans import decide
        from marketplace.local.chaos.stories import Story
        from marketplace.local.chaos.view import View
        from marketplace.local.chaos.world import World

        seed, count = self.options.seed, self.options.engagements
        self.say(f"Making {count} engagements that wait for their funding …")
        world = World(self.stack.site, random.Random(f"{seed}:world"), self.stripe)
        cast = world.make(count)
        self.view = View(self.stack.environment["SITE_URL"], world.moderator)
        self.stories = []
        for number, people in enumerate(cast):
            plan = decide(random.Random(f"{seed}:plan:{number}"))
            dice = random.Random(f"{seed}:story:{number}")
            self.stories.append(Story(people, plan, dice, self.view, self.stripe))

    def site_is_up(self):
        alive = self.stack.data / "alive"
        return self.recovery.probes.ask_web() and {p.name for p in alive.iterdir()} >= {"worker1", "worker2", "beat"}

    # --- The time in which things break ---

    def break_things(self):
        from marketplace.local.chaos.acting import Acting

        self.say(f"Things break for {self.seconds:.0f} seconds.")
        self.faults = Faults(self.stack, self.stripe, self.recovery, self.offsets, self.tally, GAP)
        self.troubling = Troubling(self.faults.streams(), self.options.seed)
        self.acting = Acting(self.stories, self.seconds * STORIES_BEGIN_WITHIN)
        self.view.thread.start()
        self.acting.start()
        self.troubling.thread.start()
        end = time.monotonic() + self.seconds
        self.look_after(lambda: time.monotonic() > end, self.seconds + 1)

    def look_after(self, until, seconds):
        """Keep the processes up until `until()`; False when that did not happen in time."""
        end, shown = time.monotonic() + seconds, time.monotonic()
        while not until():
            if time.monotonic() > end:
                return False
            self.stack.look_after()
            if time.monotonic() - shown > PROGRESS_EVERY:
                shown = time.monotonic()
                self.show_progress()
            time.sleep(LOOK_AFTER_EVERY)
        return True

    def wait_for(self, until, seconds, otherwise):
        if not self.look_after(until, seconds):
            raise StackError(f"After {seconds} seconds {otherwise}.\n{self.stack.last_lines('web')}")

    def show_progress(self):
        from marketplace.local.chaos.people import requests_made

        if not hasattr(self, "acting"):
            return
        ends = Counter(row["status"] for row in self.view.rows.values())
        where = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in ends.most_common())
        self.say(
            f"{where} | {len(self.recovery.kills)} kills, {requests_made.sent:,} requests,"
            f" {requests_made.failed:,} failed"
        )

    # --- The time in which nothing breaks any more ---

    def heal(self):
        self.say("Nothing breaks any more.")
        self.troubling.stopping.set()
        self.look_after(lambda: not self.troubling.thread.is_alive(), 60)
        self.stack.let_up()
        for name in list(self.stack.frozen):
            self.stack.thaw(name)
        self.wait_for(self.mend_stripe, 30, "the simulator did not answer")
        self.wait_for(lambda: self.recovery.all_are_back() and self.site_is_up(), 90, "not everything was back")
        if not self.look_after(lambda: not self.acting.running(), MOST_SECONDS_TO_END):
            self.say(f"{len(self.acting.running())} stories did not come to their end.")
        self.acting.stop()

    def mend_stripe(self):
        try:
            self.faults.collect()
            self.stripe.mend()
            self.stripe.turn_webhooks(loss_rate=0, duplicate_rate=0, jitter_seconds=0, paused=False, outage=False)
        except NotDone:
            return False
        return True

    def settle(self):
        """Wait until nothing moves, let days pass, and wait again."""
        from marketplace.local.chaos.quiet import Quiet

        quiet = Quiet(self.stripe)
        self.stripe.top_up(OWN_MONEY)  # what lost card disputes had cost us: approved work is paid all the same
        for number, days in enumerate((0, *DAYS)):
            most = LAST_SECONDS if number == len(DAYS) else MOST_SECONDS_TO_SETTLE
            if days:
                self.say(f"{days} {'day passes' if days == 1 else 'days pass'}.")
            self.pass_time(days * 86_400 or 120)
            quiet.begin()
            waited = time.monotonic()
            while not self.look_after(quiet.is_quiet, 5) and time.monotonic() < waited + most:
                self.say(f"Still waiting: {quiet.waiting_for}")
                self.pass_time(300)  # leases of the dead end, pauses after failures end
            self.tally_wait(days, time.monotonic() - waited)
        self.view.stopping.set()
        self.recovery.stopping.set()

    def tally_wait(self, days, seconds):
        if not days:
            self.seconds_to_quiet = seconds

    def pass_time(self, seconds):
        self.stripe.advance(int(seconds))
        self.offsets.jump(seconds)

    def judge(self):
        from marketplace.local.chaos.audit import audit
        from marketplace.local.chaos.facts import read_facts

        self.facts = read_facts()
        self.verdict = audit(self.facts, self.stripe.book(), self.stripe.accounts())
        self.health, self.deliveries = self.stripe.health(), self.stripe.deliveries()
        self.view.read()

    def figures(self):
        return report.figures_of(self)

    def say(self, text):
        print(f"{time.monotonic() - self.began:6.0f} s  {text}", flush=True)
