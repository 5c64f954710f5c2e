"""A finding can point to the line of the policy that says so."""

from sgwarden.cli.results.statement_lines import statement_lines
from sgwarden.policy.compiled import compile_document, load_compiled
from sgwarden.review.build import checked_policy_file

POLICY = b"""version: 1
policies:
  - name: production
    clusters: {name: ["prod-*"]}
    use: [eks-baseline]
    ingress:
      otherwise: deny
      allow:
        - {id: office, traffic: tcp/443, from: 198.51.100.0/24}
      deny:
        - id: no-ssh
          traffic: tcp/22
          from: internet

  - name: others
    clusters: {name: ["*"]}
    egress:
      deny:
        - {id: no-ssh, traffic: tcp/22, to: internet}
"""


def test_each_statement_of_the_file_has_its_line_and_each_policy() -> None:
    assert statement_lines(checked_policy_file(POLICY, "policy.yaml")) == {
        ("production", ""): 3,
        ("production", "office"): 9,
        ("production", "no-ssh"): 11,
        ("others", ""): 15,
        ("others", "no-ssh"): 19,
    }


def test_a_compiled_policy_has_none() -> None:
    compiled = compile_document(checked_policy_file(POLICY, "policy.yaml"))
    assert statement_lines(load_compiled(compiled)) == {}
