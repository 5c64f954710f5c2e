"""What a function imports comes from its layers, and they carry nothing that only the command line uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.smoke.runtime import running
from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.smoke.built import BuiltFunction

PACKAGES = ("sgwarden", "aws_lambda_powertools")
_OF_FUNCTIONS = {"Notify": ("slack_sdk",)}
AT_HOME = ("cli", "embedded", "review")


def check(function: BuiltFunction, account: Mapping[str, str]) -> None:
    """Raises SmokeError where Python tells of an import that Lambda could not make, or would not."""
    with running(function, account, tells_imports=True) as runtime:
        layer, files = runtime.layers / "python", runtime.imported()
        for package in (*PACKAGES, *_OF_FUNCTIONS.get(function.name, ())):
            found = [file for file in files if _package(file) == package]
            if [_folder(file) for file in found] != [layer / package]:
                where = ", ".join(map(str, found)) or "nowhere"
                raise SmokeError(f"{package} should be imported from the layer, and is from {where}")
        if there := [name for name in AT_HOME if (layer / "sgwarden" / name).exists()]:
            raise SmokeError(
                f"the layer has sgwarden's {', '.join(there)}, which is for the command line alone"
            )


def _package(file: Path) -> str:
    """The package that this is the beginning of, if it is that of one."""
    return _folder(file).name if file.name.startswith("__init__.") else ""


def _folder(file: Path) -> Path:
    folder = file.parent
    return folder.parent if folder.name == "__pycache__" else folder
