"""Python looks for garbage in what is new, not in all that a process works with."""

import subprocess
import sys

_IN_A_PROCESS_OF_ITS_OWN = """
import gc, weakref
from shared.settled import settled

class Ring:
    def __init__(self):
        self.self = self

begun_with = [Ring() for _ in range(1000)]
before = weakref.ref(Ring())
assert settled(begun_with) is begun_with
assert not any(isinstance(one, Ring) for one in gc.get_objects())
assert before() is None

since = weakref.ref(Ring())
gc.collect()
assert since() is None and len(begun_with) == 1000
"""


def test_what_a_process_has_begun_with_is_not_looked_through_again_and_what_comes_is() -> None:
    subprocess.run([sys.executable, "-c", _IN_A_PROCESS_OF_ITS_OWN], check=True)
