"""How many histories the laws are held against: a few thousand, or a hundred thousand at night."""

import os

from hypothesis import HealthCheck, settings

_EXAMPLES_OF_A_LAW = {"default": 120, "half": 60, "nightly": 8_500}

for name, examples in _EXAMPLES_OF_A_LAW.items():
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,  # a machine that is shared is slow at times
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
