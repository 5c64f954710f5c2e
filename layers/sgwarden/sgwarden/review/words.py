"""What each key of a policy file means, in a sentence and with examples, as an editor shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Words(NamedTuple):
    """A description, and values that could stand there."""

    description: str
    examples: tuple[object, ...] = ()


DOCUMENT: Mapping[str, Words] = {
    "version": Words("The version of the language."),
    "peers": Words(
        "Names for places, each a peer or a list of peers.",
        ({"office": ["198.51.100.0/24", "2001:db8:10::/48"]},),
    ),
    "policies": Words(
        "The policies. A cluster gets the first that matches it; one that none matches is left alone."
    ),
    "examples": Words(
        "Clusters to judge expectations at, by name. What is not told is taken to be as a policy wants it.",
        ({"prod-1": {"tags": {"environment": "production"}, "ip_family": "ipv6"}},),
    ),
    "limits": Words(
        "How wide a block of addresses may be for what is required or allowed, by the name of the limit.",
        (
            {
                "narrow-ssh": "tcp/22 from ipv4/24",
                "no-half-internets": ["all from ipv4/8", "all from ipv6/32"],
            },
        ),
    ),
    "expect": Words("What the policies are expected to say and do: each build fails where they do not."),
}
POLICY: Mapping[str, Words] = {
    "name": Words("What findings and messages call it.", ("production",)),
    "clusters": Words(
        "Which clusters it is for: those that match something of every kind given.",
        ({"name": ["prod-*"], "tags": {"environment": "production"}},),
    ),
    "scope": Words(
        "Which groups of them: cluster-security-group (the default), additional-groups for all that are"
        " tagged sgwarden:cluster, or those of them that match something of every kind given.",
        ("additional-groups", {"name": ["*-nodes"]}),
    ),
    "mode": Words("observe: only tell (the default). remediate: also mend, if the stack's Mode lets it."),
    "use": Words("Ready-made sets of statements; `sgwarden policy sets` lists them.", (["eks-baseline"],)),
    "remedy": Words(
        "What happens to a rule that is partly forbidden: trim (the default) keeps the rest of it."
    ),
    "trim_limit": Words(
        "The most rules that the rest of one rule may take; beyond it the rule is revoked whole."
    ),
    "below_eks_minimum": Words("true: it is meant that the policy forbids what an EKS cluster needs."),
    "ingress": Words("What comes in. Left out, nothing is forbidden."),
    "egress": Words("What goes out. Left out, nothing is forbidden."),
    "tags": Words("Tags of the group."),
}
SELECTOR: Mapping[str, Words] = {
    "name": Words("Names of clusters, with * and ?.", ("prod-*",)),
    "accounts": Words("Account ids of 12 digits.", ("111122223333",)),
    "regions": Words("Regions, with * and ?.", ("eu-*",)),
    "tags": Words("Tags of the cluster; values may have * and ?.", ({"environment": "production"},)),
}
SCOPE: Mapping[str, Words] = {
    "name": Words("Names of groups, with * and ?.", ("*-nodes",)),
    "tags": Words("Tags of the group; values may have * and ?.", ({"role": "node"},)),
}
DIRECTION: Mapping[str, Words] = {
    "otherwise": Words(
        "What becomes of traffic that no statement speaks of: allow (the default) or deny. "
        "It must be said where there is an allow list."
    ),
    "require": Words("Traffic that must be open: it is put back where it is missing, and it is allowed."),
    "allow": Words("Traffic that may be open."),
    "deny": Words("Traffic that must not be open. Deny wins over allow, and must not meet what is required."),
}
STATEMENT: Mapping[str, Words] = {
    "id": Words("What findings call the statement.", ("no-public-ssh",)),
    "traffic": Words("A service or a list of services.", ("tcp/443", ["tcp/53", "udp/53"])),
    "from": Words(
        "Where it comes from: a peer, a name from peers:, or a list.", ("internet", ["vpc", "office"])
    ),
    "to": Words("Where it goes: a peer, a name from peers:, or a list.", ("self", {"prefix_list": "s3"})),
    "except": Words("Peers that are left out of what is denied.", (["office"],)),
    "why": Words("The reason, told in findings.", ("admission webhooks",)),
    "severity": Words("How bad it is where this does not hold; high unless it is said."),
    "managed_by": Words(
        "Allow only what rules of this owner let through, once they are proved to be its own. "
        "For in-tree-cloud-provider, traffic and from must be said."
    ),
    "remedy": Words("What happens to a rule that is partly denied; the policy's remedy unless it is said."),
    "ip_family": Words("Only for clusters of this IP family."),
}
TAGS: Mapping[str, Words] = {
    "require": Words(
        "Tags with the values that they must have; {cluster} and {group_name} are filled in.",
        ({"team": "platform", "karpenter.sh/discovery": "{cluster}"},),
    ),
}
EXAMPLE: Mapping[str, Words] = {
    "account": Words("Its account id.", ("111122223333",)),
    "region": Words("Its region.", ("eu-west-1",)),
    "tags": Words("All its tags.", ({"environment": "production"},)),
    "ip_family": Words("The IP family of its pods; ipv4 unless it is said."),
    "vpc": Words("The address ranges of its VPC; 10.0.0.0/16 stands in for them.", (["10.20.0.0/16"],)),
    "remote_nodes": Words("Its networks of hybrid nodes.", ("10.80.0.0/16",)),
    "remote_pods": Words("Its networks of pods on hybrid nodes.", ("10.85.0.0/16",)),
}
EXPECTATION: Mapping[str, Words] = {
    "cluster": Words(
        "One of the examples, or any cluster by its name, or a list; * and ? stand for examples.",
        ("prod-1", ["prod-1", "staging-*"]),
    ),
    "group": Words(
        "An additional group of the cluster, by its name; else it is the cluster's own.", ("prod-1-nodes",)
    ),
    "direction": Words("ingress or egress; it need only be said where no traffic tells it."),
    "allowed": Words("Traffic of which nothing must be forbidden.", ("tcp/443 from office",)),
    "denied": Words("Traffic all of which must be forbidden.", ("tcp/22 from internet",)),
    "required": Words("Traffic all of which must be required.", ("all from self",)),
    "given": Words("The rules that a group has, of one direction.", (["tcp/22 from 0.0.0.0/0"],)),
    "after": Words("All that remediation leaves open of them, and puts back.", (["all from self"],)),
}
PREFIX_LIST: Mapping[str, Words] = {
    "prefix_list": Words("An AWS-managed prefix list by name.", ("s3", "dynamodb")),
}
