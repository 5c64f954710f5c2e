"""How hypothesis runs here: without a clock, on shared machines; always the same cases in CI."""

import os

from hypothesis import settings

settings.register_profile("sgwarden", deadline=None, max_examples=60)
settings.register_profile("ci", settings.get_profile("sgwarden"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "sgwarden")
