"""F10: somebody withdraws at the very instant at which a mail about them is on its way."""

import threading
import time
from random import Random
from typing import Any, ClassVar

from tests.faults.fault import Missed
from tests.faults.mailserver import Taken
from tests.faults.wires_mail import identity
from tests.faults.wires_own import Json, OwnCase
from tests.faults.world import World
from tests.support.smtp import Moment, Step

PATIENCE = 30.0
OF_DUTY = ("task", "alert", "digest")
# Seconds in which the withdrawal is answered, on a machine that is busy. It never waits for the
# mail server: then it would take as long as an answer of that is waited for.
AT_ONCE, ANSWER = 20.0, "60"


class Withdrawn:
    """The mail server waits with its answer until the withdrawal has been answered."""

    id: ClassVar[str] = "F10"
    twin: ClassVar[bool] = False
    settings: ClassVar[dict[str, str]] = {
        "SAMSPEL_SMTP_TIMEOUT": ANSWER,
        "SAMSPEL_SMTP_COMMAND_TIMEOUT": ANSWER,
    }
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
            self.before, self.asked = self.own.in_content(), time.monotonic()
            self.answer = self.own.withdraw()
            self.acknowledged, self.after = time.monotonic(), self.own.in_content()
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
                self._withdraw_late(hit)
        finally:
            world.smtp.allow()
            world.mail.off(hook)

    def _withdraw_late(self, hit: threading.Event) -> None:
        """No mail came to such a step, which is told as missed; but one that did, and whose
        withdrawal isn't answered, is a breach."""
        if not hit.is_set():
            raise Missed
        raise AssertionError("a withdrawal isn't answered while a mail is on its way")

    def _is_on_its_way(self, moment: Moment) -> bool:
        if moment.step == "connect":
            return any(one["state"] == "claimed" for one in self.own.messages())
        return self.own.concerns(moment)

    def check(self, world: World, /) -> list[str]:
        took = self.acknowledged - self.asked
        wrong = [f"answered after {took:.1f} s"] if took > AT_ONCE else []
        mine = {f"Message-ID: {one['message_id']}": one for one in self.own.messages()}
        taken = [mail for mail in world.mail.taken if identity(mail.content) in mine]
        barred = [mail for mail in taken if self._is_barred(mine[identity(mail.content)])]
        late = [mail for mail in barred if mail.began > self.acknowledged]
        wrong += [f"{len(late)} mails began to leave after the withdrawal"] if late else []
        wrong += self._half_sent(world, {mail.began for mail in taken})
        calls = [mail for mail in barred if mine[identity(mail.content)]["kind"] == "call"]
        called = {mail.recipient for mail in calls}
        told = {m.recipient for m in taken if mine[identity(m.content)]["kind"] == "cancel"}
        wrong += [f"{len(called - told)} were called and not told that it is off"] * bool(
            called - told
        )
        wrong += [f"{len(told - called)} are told that off is what they never got"] * bool(
            told - called
        )
        self.own.end()
        wrong += self._not_as_told({mine[identity(mail.content)]["id"]: mail for mail in barred})
        return wrong + self.beyond()

    def _is_barred(self, message: Json) -> bool:
        """Of all that is sent about the case, whether this mustn't leave any more. What staff have
        to do about it rests on their duty."""
        if message["kind"] == "cancel":
            return False
        return message["mailbox"] in self.own.mailboxes or message["kind"] not in OF_DUTY

    def _not_as_told(self, taken: dict[str, Taken]) -> list[str]:
        """The answer names exactly what had begun and wasn't marked yet."""
        named = {one["id"] for one in self.answer["already_leaving"]}
        surely = {
            ident
            for ident, mail in taken.items()
            if mail.began < self.asked and mail.at > self.acknowledged
        }
        surely |= self.before & self.after
        left_out = surely - named
        wrong = [f"{len(left_out)} had begun to leave and aren't in the answer"] * bool(left_out)
        perhaps = {
            ident
            for ident, mail in taken.items()
            if mail.began < self.acknowledged and mail.at > self.asked
        }
        beyond = named - self.before - self.after - perhaps
        if beyond:
            wrong.append(f"{len(beyond)} are in the answer and hadn't begun to leave")
        return wrong

    def _half_sent(self, world: World, whole: set[float]) -> list[str]:
        """Content to the family that began after the answer and never came to its end."""
        begun = [
            at
            for at, moment in world.mail.began
            if self.own.concerns(moment) and at > self.acknowledged and at not in whole
        ]
        return [f"{len(begun)} mails to the family broke off in their content"] if begun else []

    def beyond(self) -> list[str]:
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

    def beyond(self) -> list[str]:
        leaving = self.answer["already_leaving"]
        return [] if leaving else ["what had begun to leave isn't in the answer"]


FAULTS = [BeforeContent, InContent]
