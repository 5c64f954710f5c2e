"""Words that people know, and no more of them than they read."""

from __future__ import annotations

import pytest
from sgwarden.traffic import Direction
from sgwarden.wording import direction_word, with_names


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tcp/22 from 0.0.0.0/0", "tcp/22 (SSH) from 0.0.0.0/0"),
        ("tcp/3389 from ::/0", "tcp/3389 (RDP) from ::/0"),
        ("udp/53 to self", "udp/53 (DNS) to self"),
        ("tcp/10250 to self", "tcp/10250 (kubelet) to self"),
        ("tcp/443 to pl-0abc", "tcp/443 (HTTPS) to pl-0abc"),
        ("tcp/20-25 from self", "tcp/20-25 from self"),
        ("udp/22 from self", "udp/22 from self"),
        ("all from self", "all from self"),
    ],
)
def test_well_known_services_have_names(line: str, said: str) -> None:
    assert with_names([line]) == said


def test_four_lines_are_read_and_more_are_counted() -> None:
    lines = [f"tcp/{port} from self" for port in range(1, 7)]
    assert with_names(lines[:4]) == "tcp/1 from self, tcp/2 from self, tcp/3 from self, tcp/4 from self"
    assert with_names(lines).endswith("tcp/4 from self and 2 more")
    assert with_names([]) == ""


def test_directions() -> None:
    assert [direction_word(each) for each in Direction] == ["Inbound", "Outbound"]
