"""F7: the database goes away in the middle of things, or its last word is lost."""

import signal
import threading
from random import Random
from typing import ClassVar

from tests.faults.fault import Missed
from tests.faults.wires_mail import repeats_are_the_same
from tests.faults.wires_own import OwnCase
from tests.faults.world import World
from tests.support.smtp import Moment, Step

PATIENCE = 20.0
COMMITTED = b"C\0\0\0\x0bCOMMIT\0"  # CommandComplete, as the server says that a COMMIT has happened
_TWICE = """
    SELECT 'message' AS what, count(*)::integer AS n FROM notifier.messages
    WHERE meeting_id IS NOT NULL AND kind = 'call'
    GROUP BY meeting_id, mailbox, told HAVING count(*) > 1
    UNION ALL SELECT 'invitation', count(*)::integer FROM notifier.invitations
    GROUP BY meeting_id, mailbox HAVING count(*) > 1
    UNION ALL SELECT 'meeting of one step', count(*)::integer FROM cases.meetings
    WHERE state IN ('proposed', 'booked') AND case_id IS NOT NULL
    GROUP BY case_id, step HAVING count(*) > 1
    UNION ALL SELECT 'task', count(*)::integer FROM cases.tasks WHERE state = 'open'
    GROUP BY case_id, meeting_id, kind, owner, about, rule, due_on, details, created_at::date
    HAVING count(*) > 1
    UNION ALL SELECT 'due row', count(*)::integer FROM scheduler.due WHERE state = 'planned'
    GROUP BY case_id, event_type, event, due_at HAVING count(*) > 1
"""


class WithOwnCase:
    id: ClassVar[str] = "F7"
    twin: ClassVar[bool] = False  # it has a case of its own
    own: OwnCase

    def check(self, world: World, /) -> list[str]:
        twice = [f"{row['what']} stands {row['n']} times" for row in world.rows(_TWICE)]
        same = repeats_are_the_same(self.own, world)
        return [*self.own.every_call_was_accepted(), *same, *twice]


class RestartedAtOnce(WithOwnCase):
    """At a random instant; in order («fast») or as in a crash («immediate»)."""

    name: ClassVar[str] = "F7-restarted"
    sentence: ClassVar[str] = "PostgreSQL is restarted, in order or by a crash"

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        signing = threading.Thread(target=self.own.sign)
        signing.start()
        threading.Event().wait(random.uniform(0, 0.8))
        again(world, random)
        signing.join()


class RestartedAsItSends(WithOwnCase):
    """While messages are claimed: before the gate is asked, or before the answer is marked."""

    name: ClassVar[str] = "F7-restarted-in-claims"
    sentence: ClassVar[str] = "PostgreSQL is restarted while messages are claimed and on their way"

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        hit = threading.Event()

        def restart(moment: Moment) -> None:
            if self.own.concerns(moment) and not hit.is_set():
                hit.set()
                again(world, random)

        step: Step = random.choice(("rcpt", "data", "dot"))
        hook = world.mail.on(step, restart)
        try:
            self.own.sign()
            if not hit.wait(PATIENCE):
                raise Missed
        finally:
            world.mail.off(hook)


class CommitLost(WithOwnCase):
    """The transaction has happened; whoever asked for it doesn't hear so."""

    name: ClassVar[str] = "F7-commit-lost"
    sentence: ClassVar[str] = "the answer to one to twelve COMMITs is lost, with its connection"

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        cut = world.postgres.cut_after(COMMITTED, "down", times=random.randint(1, 12))
        try:
            self.own.sign()
            if not cut.done.wait(PATIENCE):
                raise Missed
        finally:
            world.postgres.forget(cut)


def again(world: World, random: Random) -> None:
    """Its keeper starts it again a moment later."""
    world.keeper.send("postgres", random.choice((signal.SIGINT, signal.SIGQUIT)))


FAULTS = [RestartedAtOnce, RestartedAsItSends, CommitLost]
