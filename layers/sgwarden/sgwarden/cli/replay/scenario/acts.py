"""What others do in a scenario: people, controllers, EKS, AWS itself."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from sgwarden.cli.replay.inputs import Recording, recordings
from sgwarden.cli.replay.scenario.model import Call, EksAct, Event, Recovery, Sweep, Trouble
from sgwarden.cli.replay.scenario.operations import operation_model, service_of
from sgwarden.cli.replay.scenario.trail import iso
from sgwarden.embedded import ApiCall
from sgwarden.embedded.eks import Eks
from sgwarden.embedded.ids import subnet_ids
from sgwarden.embedded.recorded import make_change
from sgwarden.traffic import NOBODY, PrefixList, parse_line
from sgwarden.traffic.ec2_request import permission_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.cli.replay.scenario.model import Act, Rule
    from sgwarden.cli.replay.scenario.stage import Stage

Json = dict[str, Any]
_GROUP_OF, _SUBNETS_OF = "group of ", "subnets of vpc-"
_SHOWN = 160
_EKS_WORDS = {
    "put_back": "puts its rules and tags back on the group of",
    "make_group": "makes the group of",
    "finish": "is done with",
}


class ActError(Exception):
    """Something cannot be done as the scenario says; the message says why."""


def act(stage: Stage, step: Act) -> None:
    """Do it now; raises ActError."""
    match step:
        case Event():
            _event(stage, step)
        case Call():
            _call(stage, step)
        case EksAct():
            _eks(stage, step)
        case Sweep(remind):
            stage.sweep(remind=remind)
        case Trouble(operation, code, times):
            stage.account.fail(operation, code, times=times)
            stage.tell("aws", f"{operation} fails with {code}")
        case Recovery(operation):
            stage.account.recover(operation)
            stage.tell("aws", f"{operation} works again")


def group_id_of(stage: Stage, name: str) -> str:
    """The security group of a cluster, empty where it has none; raises ActError where there is no cluster."""
    if name.startswith("sg-"):
        return name
    cluster = stage.account.builder.eks(stage.account.region).clusters.get(name)
    if cluster is None:
        raise ActError(f"there is no cluster {name}")
    return str(cluster.resources_vpc_config.get("clusterSecurityGroupId") or "")


def _event(stage: Stage, step: Event) -> None:
    (recording,) = recordings([step.file])
    assert isinstance(recording, Recording)  # noqa: S101  it was when the scenario was read
    with stage.account.untroubled():
        recorded = make_change(stage.account, recording.record, late=True)
    told = [*(f"presumed: {each}" for each in recorded.presupposed), *recorded.done]
    told += [recorded.not_done] if recorded.not_done else []
    event = deepcopy(recording.event())
    # It happens now, whenever it was that it was recorded.
    event["time"] = event["detail"]["eventTime"] = iso(stage.clock.now)
    stage.tell("event", f"{recording.name}: {recording.record.event_name}", *told)
    stage.send(event, step.arrives)


def _eks(stage: Stage, step: EksAct) -> None:
    with stage.account.untroubled():
        try:
            calls = getattr(Eks(stage.account), step.verb)(step.cluster)
        except ValueError as error:
            raise ActError(str(error)) from error
    done = [f"  {call.operation}: {_by_eks(stage, call)}" for call in calls]
    stage.tell("eks", f"{_EKS_WORDS[step.verb]} {step.cluster}", *done)
    for call in calls:
        stage.record(call, "eks", step.arrives)


def _by_eks(stage: Stage, call: ApiCall) -> str:
    """What a call of EKS was for, in few words."""
    if call.operation == "CreateTags":
        return ", ".join(tag["Key"] for tag in call.parameters["Tags"])
    group_id = call.parameters.get("GroupId") or call.answer["GroupId"]
    if "SecurityGroupRules" not in call.answer:
        return str(group_id)
    lines = {rule_id: line for line, rule_id in stage.account.rule_ids(group_id).items()}
    return ", ".join(lines[row["SecurityGroupRuleId"]] for row in call.answer["SecurityGroupRules"])


def _call(stage: Stage, step: Call) -> None:
    parameters = _parameters(stage, step)
    service = service_of(step.operation)
    made = ApiCall(service, step.operation, stage.account.region, parameters, step.fails)
    if not step.fails:
        made = _made(stage, made)
    about = f"{step.on}: " if step.on else ""
    said = ", ".join(rule.line for rule in step.rules) or _in_short(step.parameters)
    refused = f", which fails with {step.fails}" if step.fails else ""
    stage.tell(step.by, f"{step.operation} {about}{said}{refused}".rstrip(": "))
    stage.record(made, step.by, step.arrives)


def _made(stage: Stage, call: ApiCall) -> ApiCall:
    """The call with the answer that it gets."""
    client = stage.account.client(call.service)
    names = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    with stage.account.untroubled():
        try:
            answer = getattr(client, names[call.operation])(**call.parameters)
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            said = f"{call.operation} is refused with {code}: {message}"
            raise ActError(f"{said}; if that is what you mean, say fails: {code}") from error
        except (ParamValidationError, NotImplementedError) as error:
            raise ActError(f"{call.operation} cannot be called so: {' '.join(str(error).split())}") from error
    return ApiCall(call.service, call.operation, call.region, call.parameters, "", answer)


def _parameters(stage: Stage, step: Call) -> Json:
    parameters: Json = _resolved(stage, dict(step.parameters))
    if step.on:
        parameters = {**_about(stage, step), **parameters}
    if step.rules:
        group_id = str(parameters.get("GroupId", ""))
        parameters["IpPermissions"] = [_permission(stage, rule, group_id) for rule in step.rules]
    return parameters


def _about(stage: Stage, step: Call) -> Json:
    """The parameter that names what the call is about."""
    shape = operation_model(step.operation).input_shape
    members = shape.members if shape else {}
    for name in ("name", "clusterName"):
        if name in members:
            return {name: step.on}
    group_id = group_id_of(stage, step.on)
    if not group_id:
        raise ActError(f"cluster {step.on} has no security group yet")
    if "GroupId" in members:
        return {"GroupId": group_id}
    if "Resources" in members:
        return {"Resources": [group_id]}
    raise ActError(f'{step.operation} is about no group: say all under "with"')


def _resolved(stage: Stage, value: Any) -> Any:  # noqa: ANN401  any part of the parameters
    """With ids in the place of `group of CLUSTER` and `subnets of VPC`."""
    if isinstance(value, dict):
        return {key: _resolved(stage, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_resolved(stage, part) for part in value]
    if isinstance(value, str) and value.startswith(_GROUP_OF):
        return group_id_of(stage, value.removeprefix(_GROUP_OF))
    if isinstance(value, str) and value.startswith(_SUBNETS_OF):
        return subnet_ids(value.removeprefix("subnets of "))
    return value


def _permission(stage: Stage, rule: Rule, group_id: str) -> Json:
    lists = stage.account.builder.ec2(stage.account.region).managed_prefix_lists
    known = {list_id: PrefixList(list_id, NOBODY) for list_id in lists}
    permission: Json = permission_of(parse_line(rule.line, self_id=group_id, prefix_lists=known))
    if rule.description is None:
        return permission
    return {key: _described(part, rule.description) for key, part in permission.items()}


def _described(part: object, description: str) -> object:
    """The peers of a permission have the description, each its own."""
    return [{**peer, "Description": description} for peer in part] if isinstance(part, list) else part


def _in_short(parameters: Mapping[str, Any]) -> str:
    said = ", ".join(_words(parameters))
    return said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"


def _words(value: object, name: str = "") -> Iterator[str]:
    """The parts of a value that say something, each with the name of what it is."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _words(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _words(part, name)
    elif value is not None:
        yield f"{name}={value}"
