"""Scenarios play the queue and Lambda as the template sets them up."""

from sgwarden.cli.replay import function
from sgwarden.cli.replay.scenario.queue import BATCH, RECEIVES, VISIBILITY, WINDOW

from tests.template.application import of_type


def test_messages_come_as_the_template_has_it() -> None:
    mapping = of_type("AWS::Lambda::EventSourceMapping")["ReconcileChanges"]
    changes = of_type("AWS::SQS::Queue")["Changes"]
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (BATCH, WINDOW)
    assert changes["VisibilityTimeout"] == VISIBILITY
    assert changes["RedrivePolicy"]["maxReceiveCount"] == RECEIVES


def test_the_sweep_has_as_long_as_the_template_gives_it() -> None:
    assert of_type("AWS::Lambda::Function")["Sweep"]["Timeout"] == function._SWEEP_TIMEOUT
