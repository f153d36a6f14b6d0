"""F10: somebody withdraws at the very instant at which a mail about them is on its way."""

import threading
import time
from random import Random
from typing import Any, ClassVar

from tests.faults.fault import Missed
from tests.faults.mailserver import Taken
from tests.faults.wires_mail import identity
from tests.faults.wires_own import OwnCase
from tests.faults.world import World
from tests.support.smtp import Moment, Step

PATIENCE = 20.0
AT_ONCE = 5.0  # seconds in which the withdrawal is answered: it never waits for the mail server


class Withdrawn:
    """The mail server waits with its answer until the withdrawal has been answered."""

    id: ClassVar[str] = "F10"
    twin: ClassVar[bool] = False
    steps: ClassVar[tuple[Step, ...]]
    own: OwnCase
    answer: dict[str, Any]

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        step, hit, withdrawn = random.choice(self.steps), threading.Event(), threading.Event()

        def withdraw(moment: Moment) -> None:
            if hit.is_set() or not self._is_on_its_way(moment):
                return
            hit.set()
            began = time.monotonic()
            self.answer = self.own.withdraw()
            self.acknowledged = time.monotonic()
            self.took = self.acknowledged - began
            withdrawn.set()

        hook = world.mail.on(step, withdraw)
        try:
            if step == "connect":  # nobody gets in until there are mails to come in with
                world.smtp.refuse()
                world.smtp.reset_all()
            self.own.sign()
            world.until(lambda: bool(self.own.messages()), PATIENCE)
            world.smtp.allow()
            if not withdrawn.wait(PATIENCE):
                raise Missed
        finally:
            world.smtp.allow()
            world.mail.off(hook)

    def _is_on_its_way(self, moment: Moment) -> bool:
        if moment.step == "connect":
            return any(one["state"] == "claimed" for one in self.own.messages())
        return self.own.concerns(moment)

    def check(self, world: World, /) -> list[str]:
        wrong = [f"answered after {self.took:.1f} s"] if self.took > AT_ONCE else []
        mine = {f"Message-ID: {one['message_id']}": one for one in self.own.messages()}
        taken = [mail for mail in world.mail.taken if identity(mail.content) in mine]
        calls = [mail for mail in taken if mine[identity(mail.content)]["kind"] == "call"]
        late = [mail for mail in calls if mail.began > self.acknowledged]
        wrong += [f"{len(late)} calls began to leave after the withdrawal"] if late else []
        wrong += self._half_sent(world, {mail.began for mail in taken})
        called = {mail.recipient for mail in calls}
        told = {m.recipient for m in taken if mine[identity(m.content)]["kind"] == "cancel"}
        wrong += [f"{len(called - told)} were called and not told that it is off"] * bool(
            called - told
        )
        self.own.end()
        return wrong + self.beyond(calls)

    def _half_sent(self, world: World, whole: set[float]) -> list[str]:
        """Content to the family that began after the answer and never came to its end."""
        begun = [
            at
            for at, moment in world.mail.began
            if self.own.concerns(moment) and at > self.acknowledged and at not in whole
        ]
        return [f"{len(begun)} mails to the family broke off in their content"] if begun else []

    def beyond(self, _: list[Taken]) -> list[str]:
        return []


class BeforeContent(Withdrawn):
    name: ClassVar[str] = "F10-before-content"
    sentence: ClassVar[str] = "consent is withdrawn while its mails are in connect, RCPT or DATA"
    steps: ClassVar[tuple[Step, ...]] = ("connect", "mail", "rcpt", "data")


class InContent(Withdrawn):
    """What has begun can't be called back, so the answer says so."""

    name: ClassVar[str] = "F10-in-content"
    sentence: ClassVar[str] = "consent is withdrawn while a mail's content is on its way"
    steps: ClassVar[tuple[Step, ...]] = ("dot",)

    def beyond(self, _: list[Taken]) -> list[str]:
        named = {one["id"] for one in self.answer["already_leaving"]}
        known = {one["id"] for one in self.own.messages() if one["kind"] == "call"}
        return [] if named and named <= known else ["what had begun to leave isn't in the answer"]


FAULTS = [BeforeContent, InContent]
