"""Compiled policies, and that nothing else is needed where they run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from sgwarden.policy import Document, PolicyError, compile_document, load_compiled
from sgwarden.policy.types import Policy, Selector
from sgwarden.review.build import compile_policy, read_policy_file

SOURCE = b"""version: 1
peers: {office: [198.51.100.0/24, {prefix_list: s3}], all: [office, sg-1, pl-1, internet]}
policies:
  - name: p
    clusters: {name: a, tags: {a: b}, accounts: 111122223333, regions: eu-*}
    use: [eks-baseline, eks-open-egress, no-public-admin-ports]
    ingress:
      otherwise: deny
      allow:
        - {id: lb, managed_by: aws-load-balancer-controller}
        - {id: in, traffic: [tcp/443, icmp/3.4], from: all, why: "\xc3\xa4 reason"}
  - {name: q, clusters: {name: "*"}, mode: remediate, remedy: revoke, trim_limit: 3, below_eks_minimum: true}
expect:
  - {cluster: a, required: all from self}
"""


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        load_compiled(text, "policy.json")
    return str(caught.value)


def changed(**parts: object) -> str:
    return json.dumps(json.loads(compile_policy(SOURCE, "p")) | parts)


def test_what_is_loaded_is_what_was_read() -> None:
    document = read_policy_file(SOURCE, "policy.yaml").document
    assert load_compiled(compile_document(document)) == document


def test_it_is_canonical() -> None:
    compiled = compile_policy(SOURCE, "policy.yaml")
    assert compiled == compile_document(load_compiled(compiled))
    assert compiled == json.dumps(json.loads(compiled), sort_keys=True, separators=(",", ":")) + "\n"
    assert compiled.isascii()


def test_where_the_file_lies_makes_no_difference() -> None:
    assert compile_policy(SOURCE, "a.yaml") == compile_policy(SOURCE, "/b/c.yaml")


def test_the_ready_made_statements_are_written_out() -> None:
    policies = json.loads(compile_policy(SOURCE, "p"))["document"]["policies"]
    assert [each["id"] for each in policies[0]["ingress"]["deny"]] == [
        "no-public-ssh",
        "no-public-rdp",
        "no-public-kubelet",
        "no-public-etcd",
    ]
    assert policies[0]["ingress"]["deny"][0]["set"] == "no-public-admin-ports"


def test_the_source_is_told_by_its_hash() -> None:
    compiled = compile_policy(SOURCE, "p")
    sha256 = json.loads(compiled)["source"]["sha256"]
    assert load_compiled(compiled).sha256 == sha256
    assert len(sha256) == 64


def test_a_document_that_was_never_compiled_has_no_hash() -> None:
    document = Document((Policy("p", Selector(names=("*",))),))
    assert load_compiled(compile_document(document)) == document


def test_what_cannot_be_trusted_is_refused() -> None:
    assert refusal("{").startswith("policy.json: this is no compiled policy: ")
    assert refusal("[" * 100_000).startswith("policy.json: this is no compiled policy: ")
    assert (
        refusal("[]")
        == "policy.json: this is no compiled policy for this sgwarden: it has no format; expected 1"
    )
    assert refusal(changed(format=2)) == (
        "policy.json: this is no compiled policy for this sgwarden: format 2 is not known; expected 1"
    )
    assert refusal(changed(format=True)).endswith("format true is not known; expected 1")
    assert refusal(changed(source={"sha256": "abc"})) == 'policy.json: "abc" is no SHA-256'
    assert (
        refusal(changed(document={"version": 1})) == 'policy.json: document: a policy file has no "policies"'
    )


def test_problems_are_told_by_their_path() -> None:
    text = compile_policy(SOURCE, "p").replace('"tcp/443"', '"tcp/443x"', 1)
    assert refusal(text) == (
        'policy.json: document.policies[0].ingress.allow[1].traffic[0]: "traffic" of statement "in": '
        'unknown service "tcp/443x": expected "all", "tcp", "udp/53", "tcp/1024-65535", "icmp", "icmp/3", '
        '"icmp/3.4", "icmpv6" or "proto/50"'
    )


def test_a_key_given_twice_is_refused_in_json_too() -> None:
    text = compile_policy(SOURCE, "p").replace('"version":1', '"version":1,"version":1')
    assert refusal(text) == 'policy.json: document.version: "version" is given twice in a policy file'


def test_no_yaml_parser_is_loaded_to_run_a_policy() -> None:
    script = (
        "import sys; before = set(sys.modules); import sgwarden.policy; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert set(loaded.split()) <= {*sys.stdlib_module_names, "sgwarden"}
