"""Headless Chromium, where the machine has one: what a page is once its scripts have run."""

from __future__ import annotations

import shutil
import subprocess
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
_FLAGS = (
    *(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-dev-shm-usage",
        "--virtual-time-budget=2000",
    ),
    *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"),
)


def after_scripts(source: str, folder: Path) -> str:
    """The document of the page as it is two seconds later, by the page's own clock."""
    (file := folder / "page.html").write_text(source, encoding="utf-8")
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", file.as_uri()]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()  # noqa: S603


def framed(source: str, width: int) -> str:
    """A page whose title is how wide the framed one wants to be, on a screen of so many pixels."""
    return (
        f'<iframe style="width: {width}px; height: 800px; border: 0" srcdoc="{escape(source)}"></iframe>'
        "<script>document.querySelector('iframe').onload = (event) => { document.title = "
        "event.target.contentDocument.documentElement.scrollWidth; }</script>"
    )
