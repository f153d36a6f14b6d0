"""F5: the mail server refuses, fails, hangs up, stalls, and can't be trusted.

Each lets the fault strike mails of a case of its own, and whatever else is on its way then.
"""

import time
from collections import Counter
from random import Random
from typing import ClassVar

from tests.faults.fault import Missed
from tests.faults.mailserver import Answer, HangUp, Rule, Say, ScriptedRule, Wait
from tests.faults.wires_own import OwnCase
from tests.faults.world import LEASE_SECONDS, World
from tests.support.smtp import Moment

PATIENCE = 20.0
_FOR_NOW = (
    ("connect", "421 4.3.2 busy"),
    ("mail", "421 4.3.2 going down"),
    ("mail", "451 4.3.0 later"),
    ("rcpt", "451 4.3.0 later"),
    ("data", "451 4.3.0 later"),
    ("data", "421 4.3.2 going down"),
    ("dot", "451 4.3.0 later"),
    ("dot", "421 4.3.2 going down"),
)
_ANSWER_SECONDS = 8.0  # the wait for the answer to the dot; in an installation 600
# When a lease that nobody kept would have ended, and been looked for (every other second).
_AFTER_A_LEASE = LEASE_SECONDS + 2.2
_WAITING = "SELECT count(*)::integer AS n FROM notifier.messages WHERE reason LIKE %s"
_ALARM = "SELECT reason FROM notifier.mail_server"


class Refuses:
    """For a second or two there is nobody at the port."""

    id: ClassVar[str] = "F5"
    name: ClassVar[str] = "F5-refuses"
    sentence: ClassVar[str] = "the mail server refuses connections for a second or two"
    twin: ClassVar[bool] = False  # it has a case of its own

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        world.smtp.refuse()
        world.smtp.reset_all()
        try:
            self.own.sign()
            waits = world.until(lambda: world.rows(_WAITING, "connect-%")[0]["n"] > 0, PATIENCE)
            time.sleep(random.uniform(0.2, 1.5))
        finally:
            world.smtp.allow()
        if not waits:
            raise Missed

    def check(self, _: World, /) -> list[str]:
        return self.own.every_call_was_accepted()


class Scripted:
    """What strikes is a rule of the mail server, for mails to the own case's family."""

    id: ClassVar[str] = "F5"
    twin: ClassVar[bool] = False  # it has a case of its own
    own: OwnCase
    struck: list[Moment]

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        times = random.randint(1, 4)
        scripted = world.mail.script(self.rule(random), times=times)
        try:
            self.own.sign()
            self.wait(scripted, world)
            world.until(lambda: scripted.over, random.uniform(0.2, 2))
        finally:
            scripted.end()
        self.struck = list(scripted.struck)

    def wait(self, scripted: ScriptedRule, _: World, /) -> None:
        """Until it has struck once. Raises Missed."""
        if not scripted.first.wait(PATIENCE):
            raise Missed

    def rule(self, random: Random, /) -> Rule:
        raise NotImplementedError

    def check(self, _: World, /) -> list[str]:
        return self.own.every_call_was_accepted()

    def at(self, step: str, answer: Answer) -> Rule:
        def rule(moment: Moment) -> Answer | None:
            mine = step in ("connect", "mail") or self.own.concerns(moment)
            return answer if moment.step == step and mine else None

        return rule


def once_each(rule: Rule) -> Rule:
    """Each mailbox once: what nobody knows of twice has failed, and is a person's."""
    struck: set[str] = set()

    def rule_of_those_left(moment: Moment) -> Answer | None:
        answer = None if moment.recipient in struck else rule(moment)
        if answer is not None:
            struck.add(moment.recipient)
        return answer

    return rule_of_those_left


class ForNow(Scripted):
    name: ClassVar[str] = "F5-for-now"
    sentence: ClassVar[str] = (
        "421 or 451 at any step from the greeting to the dot, up to four times"
    )

    def rule(self, random: Random, /) -> Rule:
        step, reply = random.choice(_FOR_NOW)
        return self.at(step, Say(reply))

    def wait(self, scripted: ScriptedRule, world: World, /) -> None:
        """There is a greeting to a new connection alone."""
        end = time.monotonic() + PATIENCE
        while not scripted.first.wait(0.5):
            world.smtp.reset_all()
            if time.monotonic() > end:
                raise Missed


class NobodyThere(Scripted):
    """The address is the family's own: what comes of it is a task for a person."""

    name: ClassVar[str] = "F5-550"
    sentence: ClassVar[str] = "550 at RCPT: the message fails, and a person gets a task"
    twin: ClassVar[bool] = False

    def rule(self, _: Random, /) -> Rule:
        return self.at("rcpt", Say("550 5.1.1 nobody here"))

    def check(self, world: World, /) -> list[str]:
        refused = {moment.recipient.lower() for moment in self.struck}
        wrong = [
            f"refused at RCPT, and then {one['state']}"
            for one in self.own.messages()
            if (one["kind"], one["state"]) != ("call", "failed") and one["mailbox"] in refused
        ]
        tasks = world.rows(
            "SELECT kind FROM cases.tasks WHERE case_id = %s AND kind = 'reach-otherwise'",
            self.own.id,
        )
        if len(tasks) < len(refused):
            wrong.append(f"{len(refused)} mailboxes refused, {len(tasks)} tasks for a person")
        taken = {mail.recipient.lower() for mail in world.mail.taken}
        wrong += [
            f"{one} mail to a refused mailbox was taken" for one in [len(refused & taken)] if one
        ]
        self.own.end()
        return wrong


class HangsUp(Scripted):
    """Whether the server has kept the mail is as the seed says: nobody can know."""

    name: ClassVar[str] = "F5-hangs-up"
    sentence: ClassVar[str] = "the connection is reset between the dot and the 250"

    def rule(self, random: Random, /) -> Rule:
        return once_each(self.at("dot", HangUp(taken=random.random() < 0.5)))

    def check(self, world: World, /) -> list[str]:
        return [*self.own.every_call_was_accepted(), *repeats_are_the_same(self.own, world)]


class Late(Scripted):
    """Between the end of a lease and that of the wait for an answer there is time for both."""

    settings: ClassVar[dict[str, str]] = {"SAMSPEL_SMTP_TIMEOUT": str(_ANSWER_SECONDS)}


class AnswersLate(Late):
    """Nobody is in doubt: who waits keeps its lease all the while, and no other takes it up."""

    name: ClassVar[str] = "F5-late"
    sentence: ClassVar[str] = "the dot is answered long after a lease, in the time it is waited for"

    def rule(self, random: Random, /) -> Rule:
        return once_each(self.at("dot", Wait(_AFTER_A_LEASE + random.uniform(0, 0.8))))

    def check(self, world: World, /) -> list[str]:
        late = {identity(moment.content) for moment in self.struck}
        taken = Counter(identity(mail.content) for mail in world.mail.taken)
        wrong = [f"taken {taken[one]} times" for one in late if taken[one] != 1]
        mine = [one for one in self.own.messages() if f"Message-ID: {one['message_id']}" in late]
        wrong += [
            f"begun {one['began']} times, with {one['doubts']} doubts"
            for one in mine
            if (one["began"], one["doubts"]) != (1, 0)
        ]
        return [*wrong, *self.own.every_call_was_accepted()]


class Stalls(Late):
    """What was taken and never answered for is unknown."""

    name: ClassVar[str] = "F5-stalls"
    sentence: ClassVar[str] = "no answer to the dot for longer than it is waited for"

    def rule(self, random: Random, /) -> Rule:
        return once_each(self.at("dot", Wait(_ANSWER_SECONDS + random.uniform(0.5, 1.5))))

    def check(self, world: World, /) -> list[str]:
        return [*self.own.every_call_was_accepted(), *repeats_are_the_same(self.own, world)]


class Untrusted:
    """The relay no longer encrypts in a way that can be trusted. Nothing goes in clear."""

    id: ClassVar[str] = "F5"
    twin: ClassVar[bool] = False  # it has a case of its own
    how: ClassVar[str]
    reason: ClassVar[str]

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        world.mail.encrypt("none" if self.how == "none" else "expired")
        world.smtp.reset_all()
        began = len(world.mail.began)
        try:
            self.own.sign()
            waits = world.until(lambda: world.rows(_WAITING, self.reason)[0]["n"] > 0, PATIENCE)
            # Not by the log, which says it once a minute: the moment before may have been the one.
            self.alarm = world.until(lambda: world.rows(_ALARM)[0]["reason"] == self.reason)
            time.sleep(random.uniform(0.2, 1.5))
            self.in_clear = len(world.mail.began) - began
        finally:
            world.mail.encrypt("good")
        if not waits:
            raise Missed

    def check(self, _: World, /) -> list[str]:
        wrong = self.own.every_call_was_accepted()
        if self.in_clear:
            wrong.append(f"the content of {self.in_clear} mails began to leave")
        if not self.alarm:
            wrong.append(f"nobody is told that the mail server is {self.reason}")
        return wrong


class NoStartTls(Untrusted):
    name: ClassVar[str] = "F5-no-starttls"
    sentence: ClassVar[str] = "the mail server doesn't offer STARTTLS"
    how: ClassVar[str] = "none"
    reason: ClassVar[str] = "connect-no-starttls"


class ExpiredCertificate(Untrusted):
    name: ClassVar[str] = "F5-expired"
    sentence: ClassVar[str] = "the mail server's certificate has expired"
    how: ClassVar[str] = "expired"
    reason: ClassVar[str] = "connect-certificate"


def repeats_are_the_same(own: OwnCase, world: World) -> list[str]:
    """What was taken more than once has the same bytes each time, and was taken twice at most."""
    contents: dict[str, list[bytes]] = {}
    for mail in world.mail.taken:
        if mail.recipient.lower() in own.mailboxes:
            contents.setdefault(mail.recipient.lower() + identity(mail.content), []).append(
                mail.content
            )
    wrong = [f"taken {len(found)} times" for found in contents.values() if len(found) > 2]
    wrong += ["a repeat has other bytes" for found in contents.values() if len(set(found)) > 1]
    return wrong


def identity(content: bytes) -> str:
    """The line with the Message-ID."""
    lines = content.split(b"\r\n\r\n")[0].split(b"\r\n")
    return next((one for one in lines if one.lower().startswith(b"message-id:")), b"").decode()


FAULTS = [
    Refuses,
    ForNow,
    NobodyThere,
    HangsUp,
    AnswersLate,
    Stalls,
    NoStartTls,
    ExpiredCertificate,
]
