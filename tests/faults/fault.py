"""What a fault is to the harness."""

from random import Random
from typing import ClassVar, Protocol

from tests.faults.world import World


class Fault(Protocol):
    """One kind of harm. A new one is made for each moment; modules list theirs in `FAULTS`.

    `id` is the row of the table («F2»), `name` is unique («F2-before-mail»), `sentence` says what
    happens. `twin`: whether the same load without the fault ends in the same mails. Where it has
    `settings`, they are of its world's services; where it `needs_small_disk`, that stands on one.
    Where it has a `hindrance`, that says why it can't strike on this machine, or nothing.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    sentence: ClassVar[str]
    twin: ClassVar[bool]

    def strike(self, world: World, random: Random, /) -> None:
        """Do the harm while the load runs in its own thread, and end it: what a supervisor or an
        administrator would put right is right again when this returns. From then on the seconds
        are measured until everything has settled.

        It is called at a random instant of the load, which goes on meanwhile. A fault that
        must hit an instant exactly (a hook of the mail server) has `waits = True`, is called as
        the load begins, waits with a limit (`World.while_loaded`), and says `Missed` if the
        instant never came: such a moment isn't counted, and is tried again.
        """

    def check(self, world: World, /) -> list[str]:
        """What is wrong, beyond the checks of every moment, once all has settled; one line each."""


class Missed(Exception):
    """The instant that the fault waits for didn't come in this moment."""


class Plain:
    """A fault after which only the checks of every moment are asked for.

    `waits`: it waits for an instant of its own, so it is let loose as the load begins.
    """

    twin: ClassVar[bool] = True
    waits: ClassVar[bool] = False

    def check(self, _: World, /) -> list[str]:
        return []
