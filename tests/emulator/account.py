"""The account after the deploy: a cluster, somebody who changes its group, and somebody who reads alerts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from tests.emulator.deploying import STACK
from tests.emulator.process import ACCOUNT, REGION, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.emulator.process import MiniStack

Json = dict[str, Any]
_FUNCTIONS = ("ReconcileFunction", "SweepFunction")
_SAMPLE = ROOT / "events" / "ssh-opened-to-the-world.json"
_SSH: Json = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@dataclass(frozen=True, slots=True)
class Account:
    """`outputs` are those of the stack; `alerts` is the URL of a queue that gets what the topic is told.

    `policy` is the compiled one that the function is to judge by.
    """

    client: Callable[[str], Any]
    outputs: Mapping[str, str]
    group_id: str
    alerts: str
    policy: Path

    def open_ssh(self) -> None:
        self.client("ec2").authorize_security_group_ingress(GroupId=self.group_id, IpPermissions=[_SSH])

    def ssh_is_open(self) -> bool:
        groups = self.client("ec2").describe_security_groups(GroupIds=[self.group_id])["SecurityGroups"]
        return any(rule.get("FromPort") == 22 for group in groups for rule in group["IpPermissions"])

    def tell(self, **detail: str) -> None:
        """Put on the bus what CloudTrail says of that, with more in its detail."""
        event = _sample(self.group_id)
        entry = {"Source": event["source"], "DetailType": event["detail-type"]}
        entry["Detail"] = json.dumps(event["detail"] | detail)
        failed = self.client("events").put_events(Entries=[entry])["FailedEntryCount"]
        assert not failed

    def take_alerts(self) -> Iterator[str]:
        """The subjects of the alerts since the last time."""
        sqs = self.client("sqs")
        for message in sqs.receive_message(QueueUrl=self.alerts, MaxNumberOfMessages=10).get("Messages", ()):
            sqs.delete_message(QueueUrl=self.alerts, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(message["Body"])["Subject"]

    def waiting(self, output: str) -> int:
        """How many messages are in the queue that an output names, whether or not somebody is at them."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=self.outputs[output], AttributeNames=names)
        return sum(int(number) for number in found["Attributes"].values())

    def has_only_confirmed_alerts(self) -> bool:
        """Whether the ledger has alerts, and each as one that went out: it keeps no text to be sent."""
        items = self.client("dynamodb").scan(TableName=self.outputs["LedgerTable"])["Items"]
        alerts = [item for item in items if "alert" in item]
        return bool(alerts) and not any("kept" in item for item in alerts)

    def functions(self) -> list[str]:
        """The names of all that there are."""
        return [each["FunctionName"] for each in self.client("lambda").list_functions()["Functions"]]

    def queues(self) -> list[str]:
        """The addresses of all that there are."""
        return list(self.client("sqs").list_queues().get("QueueUrls", ()))

    def start_anew(self) -> None:
        """Have the functions begin with new processes, which remember nothing of the switch."""
        functions = self.client("lambda")
        for name in (self.outputs[output] for output in _FUNCTIONS):
            variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            # MiniStack has no /opt.
            variables["SGWARDEN_POLICY"] = str(self.policy)
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    def calls(self) -> int:
        """How often the function has been called so far."""
        return sum(line.startswith("START ") for line in self._lines("ReconcileFunction"))

    def log(self) -> str:
        """What the functions wrote last, each line cut short."""
        lines = (line for output in _FUNCTIONS for line in self._lines(output)[-10:])
        return "\n".join(line[:500] for line in lines)

    def _lines(self, output: str) -> list[str]:
        group = f"/aws/lambda/{self.outputs[output]}"
        events = self.client("logs").filter_log_events(logGroupName=group)["events"]
        return [event["message"].rstrip() for event in events]


def furnished(ministack: MiniStack, policy: Path) -> Account:
    """The account with a cluster, and with a subscription to the topic."""
    variables = ministack.variables
    session = boto3.Session(
        variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=REGION
    )

    def client(service: str) -> Any:  # noqa: ANN401  of whichever service
        return session.client(service, endpoint_url=variables["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]

    stack = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    group_id, alerts = _cluster_group(client), _subscribed(client, outputs["AlertsTopic"])
    return Account(client, outputs, group_id, alerts, policy)


def _cluster_group(client: Callable[[str], Any]) -> str:
    role = client("iam").create_role(RoleName="eks", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    made = client("eks").create_cluster(
        name="prod-1",
        roleArn=role["Role"]["Arn"],
        resourcesVpcConfig={"subnetIds": []},
        tags={"environment": "production"},
    )
    return str(made["cluster"]["resourcesVpcConfig"]["clusterSecurityGroupId"])


def _subscribed(client: Callable[[str], Any], topic: str) -> str:
    sqs = client("sqs")
    url = str(sqs.create_queue(QueueName="alerts")["QueueUrl"])
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:alerts"
    deliver = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [deliver | {"Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def _sample(group_id: str) -> Json:
    text = _SAMPLE.read_text(encoding="utf-8")
    named = json.loads(text)["detail"]["requestParameters"]["groupId"]
    event: Json = json.loads(text.replace(named, group_id))
    return event
