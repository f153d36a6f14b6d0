"""What a process has begun with stays until it ends."""

import gc
from typing import TypeVar

T = TypeVar("T")


def settled(made: T) -> T:
    """The same. What there is by now is never looked through for garbage again.

    Python looks through everything each time that there is a quarter more than the last time: the
    classes, routes and templates of a web process alone take it 0.1 s, in which nobody is answered.
    To be called once in a process, when all that it works with is made.
    """
    gc.collect()
    gc.freeze()
    return made
