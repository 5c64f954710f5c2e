"""An execution environment on this machine: the folders and variables that Lambda gives a function."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.smoke.built import BuiltFunction

RUNTIME = "python3.13"
# What Lambda's Python runtime has beside the standard library: the AWS SDK, and the runtime client itself.
_OF_THE_RUNTIME = (
    *("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"),
    *("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"),
)
_OPT = "/opt/"
_PACKAGES = "python"


@contextmanager
def folders(function: BuiltFunction) -> Iterator[tuple[Path, Path]]:
    """What /opt and /var/runtime are in Lambda, as folders of links, for as long as the context lasts."""
    with TemporaryDirectory(prefix="sgwarden-smoke-") as made:
        opt, runtime = Path(made, "opt"), Path(made, "runtime")
        opt.mkdir()
        runtime.mkdir()
        for layer in function.layers:
            for entry in _entries(layer):
                place = opt / entry.relative_to(layer)
                if place.exists():
                    raise SmokeError(f"{function.name}: two of its layers bring {entry.name}")
                place.parent.mkdir(exist_ok=True)
                place.symlink_to(entry)
        for name in _OF_THE_RUNTIME:
            origin = _origin(name)
            (runtime / origin.name).symlink_to(origin)
        yield opt, runtime


def _entries(layer: Path) -> Iterator[Path]:
    """What the layer brings; Lambda puts the packages of all layers into one folder."""
    for entry in layer.iterdir():
        yield from entry.iterdir() if entry.name == _PACKAGES else (entry,)


def _origin(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SmokeError(
            f"{name} is not installed, which Lambda's runtime has; `make dev` installs it, on Linux"
        )
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def variables(
    function: BuiltFunction, opt: Path, runtime: Path, api: str, account: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of the process: Lambda's, the function's own, and where the account is."""
    own = {
        name: str(opt / value.removeprefix(_OPT)) if value.startswith(_OPT) else value
        for name, value in function.environment.items()
    }
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": f"{opt / 'python'}:{runtime}",
        "LAMBDA_TASK_ROOT": str(function.code),
        "LAMBDA_RUNTIME_DIR": str(runtime),
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_LAMBDA_FUNCTION_NAME": f"sgwarden-{function.name}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/sgwarden-{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/03/[$LATEST]smoke",
        **account,
        **own,
    }


def command(function: BuiltFunction) -> list[str]:
    """How the runtime is started: without site-packages (-S), where the project is installed, leaving no
    bytecode behind (-B)."""
    return [sys.executable, "-S", "-B", "-m", "awslambdaric", function.handler]
