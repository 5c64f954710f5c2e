"""What `sam build` left in its directory: functions and layers, as the template there puts them together."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cfnlint.decode
from samtranslator.plugins.globals.globals import Globals

from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Json = dict[str, Any]
FUNCTION, LAYER = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"


@dataclass(frozen=True, slots=True)
class BuiltFunction:
    """A function as it would be deployed; its environment has all references put in.

    `code` and `layers` are folders. Memory is in MB, the timeout in seconds. `schedules` are the events that
    it gets by the clock, by their names in the template.
    """

    name: str
    code: Path
    handler: str
    layers: tuple[Path, ...]
    memory: int
    timeout: int
    log_format: str
    environment: Mapping[str, str]
    schedules: Mapping[str, object]


class Built:
    """The application that was built into a directory; `values` stand for its parameters and resources."""

    def __init__(self, directory: Path, values: Mapping[str, str]) -> None:
        self.directory = directory
        self._values = values
        self._template = _template(directory / "template.yaml")

    def functions(self) -> Iterator[BuiltFunction]:
        """Every function of the template."""
        shared = Globals(self._template)
        for name, resource in self._of_type(FUNCTION):
            yield self._function(name, shared.merge(FUNCTION, resource["Properties"], name))

    def layer(self, name: str) -> Path:
        """The folder of a layer, by its logical name."""
        return self._folder(self._template["Resources"][name]["Properties"]["ContentUri"], name)

    def _of_type(self, kind: str) -> list[tuple[str, Json]]:
        resources = self._template["Resources"].items()
        return [(name, resource) for name, resource in resources if resource["Type"] == kind]

    def _function(self, name: str, properties: Json) -> BuiltFunction:
        environment = properties.get("Environment", {}).get("Variables", {})
        return BuiltFunction(
            name=name,
            code=self._folder(properties["CodeUri"], name),
            handler=properties["Handler"],
            layers=tuple(self.layer(layer["Ref"]) for layer in properties.get("Layers", ())),
            memory=properties.get("MemorySize", 128),
            timeout=properties.get("Timeout", 3),
            log_format=properties.get("LoggingConfig", {}).get("LogFormat", "Text"),
            environment={key: self._text(value, f"{name}, {key}") for key, value in environment.items()},
            schedules={
                key: json.loads(each["Properties"].get("Input", "{}"))
                for key, each in properties.get("Events", {}).items()
                if each["Type"] == "Schedule"
            },
        )

    def _folder(self, uri: str, name: str) -> Path:
        folder = (self.directory / uri).resolve()
        if not folder.is_dir():
            raise SmokeError(f"{name}: there is no folder {folder}; `make build` makes it")
        return folder

    def _text(self, value: object, where: str) -> str:
        """A value of the template with its references put in, as CloudFormation would."""
        match value:
            case {"Ref": str(name)}:
                return self._ref(name, where)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._ref(found[1], where), text)
            case {"Fn::If": [_, there, _]}:
                return self._text(there, where)  # here everything is on
            case str() | int():
                return str(value)
        raise SmokeError(f"{where}: the smoke test cannot put in {json.dumps(value)}")

    def _ref(self, name: str, where: str) -> str:
        parameter = self._template.get("Parameters", {}).get(name, {})
        resource = self._template["Resources"].get(name, {})
        if name in self._values:
            return self._values[name]
        if "Default" in parameter:
            return str(parameter["Default"])
        if resource:
            return name  # another thing than the function is meant to have, and not in the account
        raise SmokeError(f"{where}: the template has nothing that is named {name}")


def _template(file: Path) -> Json:
    if not file.exists():
        raise SmokeError(f"there is no {file}; `make build` makes it")
    template, faults = cfnlint.decode.decode(str(file))
    if faults:
        raise SmokeError(f"{file} cannot be read: {faults[0]}")
    read: Json = json.loads(json.dumps(template))  # made of dictionaries and lists only
    return read
