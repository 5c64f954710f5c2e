"""Policies that today's rules satisfy exactly: where the writing of a policy begins.

Clusters alike share a policy. What EKS needs and has is required, the rest of today's rules is allowed line
by line, and what a reviewer should ask about a line is asked beside it.
"""

from sgwarden.review.adopt.alike import TwiceError, UnnamedError
from sgwarden.review.adopt.file import Adopted, adopted
from sgwarden.review.adopt.vpcs import vpc_decides

__all__ = ["Adopted", "TwiceError", "UnnamedError", "adopted", "vpc_decides"]
