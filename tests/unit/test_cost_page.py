"""The arithmetic of docs/cost.md is right, and what it counts is what is there."""

import ast
import operator
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_TABLES = (_ROOT / "docs/cost.md").read_text().split("\n## ")[1:]
_OF_RECONCILE = {"Failures", "MessagesDropped", "MessagesPutOff"}
"""What the notify function counts too: one metric, whoever counts."""
_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def _rows(table: str) -> list[tuple[str, str, str]]:
    cells = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in table.splitlines()
        if "|" in line
    ]
    return [(what, arithmetic, usd) for what, arithmetic, usd in cells[2:]]


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(int() | float() as number):
            return float(number)
        case ast.BinOp(left, operation, right):
            return float(_OPERATORS[type(operation)](_value(left), _value(right)))
    raise ValueError(ast.dump(node))


def _worked_out(arithmetic: str) -> float:
    expression = arithmetic.replace("\N{MULTIPLICATION SIGN}", "*").replace(",", "")
    return _value(ast.parse(expression, mode="eval").body)


@pytest.mark.parametrize("table", _TABLES, ids=lambda table: table.partition("\n")[0])
def test_sums_are_right(table: str) -> None:
    *rows, (_, _, total) = _rows(table)
    for what, arithmetic, usd in rows:
        assert f"{_worked_out(arithmetic):.2f}" == usd, what
    assert total == f"**{sum(float(usd) for _, _, usd in rows):.2f}**"


@pytest.mark.parametrize("table", _TABLES, ids=lambda table: table.partition("\n")[0])
def test_alarms_and_metrics_are_counted(table: str) -> None:
    said = {
        what: int(arithmetic.split()[0])
        for what, arithmetic, _ in _rows(table)
        if "CloudWatch: custom" in what or "alarms" in what
    }
    is_of_channels = table.startswith("Channels")
    code = [
        path
        for folder in (_ROOT / "functions", _ROOT / "layers/sgwarden/sgwarden/aws")
        for path in folder.rglob("*.py")
        if ("notify" in path.as_posix()) is is_of_channels
    ]
    calls = re.compile(r'(?:_count|add_metric)\(\s*"(\w+)"')
    metrics = {name for path in code for name in calls.findall(path.read_text())}
    metrics -= _OF_RECONCILE if is_of_channels else set()
    alarms = re.findall(
        r"Type: AWS::CloudWatch::Alarm\n(?:    Condition: (HasPolicyParameter|Notifies))?",
        (_ROOT / "template.yaml").read_text(),
    )
    assert said == {
        "CloudWatch: custom metrics": len(metrics),
        "CloudWatch: alarms": alarms.count("Notifies" if is_of_channels else ""),
    }
