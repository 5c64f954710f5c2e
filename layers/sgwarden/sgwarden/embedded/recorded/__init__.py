"""A recorded change, made again in an embedded account, whatever real record it is that tells of it."""

from sgwarden.embedded.recorded.change import Recorded, account_for, make_change

__all__ = ["Recorded", "account_for", "make_change"]
