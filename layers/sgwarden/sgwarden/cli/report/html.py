"""A report as one page that needs nothing else: no font, no picture, no network, no script but its own."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sgwarden.cli.report.reach import Mark
from sgwarden.printable import printable
from sgwarden.rendering.links import links_to
from sgwarden.report import SCHEMA
from sgwarden.wording import service_name

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2 import Template

    from sgwarden.cli.report.page import Report

_TEXT_LIMIT = 20_000
_MAIL_LABEL = 9
_SIGNS = {Mark.KEPT: "●", Mark.GONE: "\N{MINUS SIGN}", Mark.ADDED: "+"}
_PEERS = {"self": "the group itself", "0.0.0.0/0": "anywhere, IPv4", "::/0": "anywhere, IPv6"}


def render(report: Report) -> str:
    """The page. Of all that it says, only the style sheet and the script beside this module are no text."""
    style, script = _own("page.css"), _own("page.js")
    return _template().render(
        report=report,
        style=Markup(style),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own file
        may_run=Markup(_content_security_policy(style, script)),  # noqa: S704  of hashes
        version=version("sgwarden"),
        schema=SCHEMA,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sgwarden.cli.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"mail": _mail, "count": "{:,}".format, "moment": _moment}
    environment.globals |= {
        "signs": _SIGNS,
        "peers": _PEERS,
        "service_name": service_name,
        "links_to": links_to,
    }
    return environment.get_template("page.html.j2")


@cache
def _own(name: str) -> str:
    return files("sgwarden.cli.report").joinpath(name).read_text(encoding="utf-8")


def _content_security_policy(style: str, script: str) -> str:
    """Nothing but this style sheet and this script, whatever else a stranger could bring into the page."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def _shown(value: object) -> object:
    """What the template prints of a value: whatever a stranger wrote, a line of visible characters."""
    return _line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache(10_000)
def _line(text: str) -> str:
    return printable(text, _TEXT_LIMIT)


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _mail(text: str) -> list[tuple[str, str]]:
    """The lines of a mail, each as its label and the rest."""
    return [(line[:_MAIL_LABEL], line[_MAIL_LABEL:]) for line in text.splitlines()]
