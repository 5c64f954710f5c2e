"""Broken policy files and exactly what is said of each.

Every entry of the table is a file and its problems, each as `line:column: what is wrong; what may help`. What
reads well and is wrong all the same has tables of its own: `test_review_*`.
"""

from __future__ import annotations

import pytest
from sgwarden.policy.errors import PolicyError
from sgwarden.review.build import compile_policy

from tests.unit.reviewing import errors_of

HEAD = "version: 1\npolicies:\n  - name: p\n    clusters: {name: '*'}\n"
INGRESS = HEAD + "    ingress:\n"


def deny(statement: str) -> str:
    """A policy with one deny statement, whose first character is at 6:11."""
    return f"{INGRESS}      deny:\n        - {statement}\n"


def allow(statement: str) -> str:
    """A policy with one allow statement, whose first character is at 7:11."""
    return f"{INGRESS}      otherwise: deny\n      allow:\n        - {statement}\n"


def peers(text: str) -> str:
    """A policy with a `peers:` section, whose first character is at 2:3."""
    return f"peers:\n  {text}\n{HEAD}"


def expect(text: str) -> str:
    """A policy with one expectation, whose first character is at 6:5."""
    return f"{HEAD}expect:\n  - {text}\n"


def example(text: str) -> str:
    """A policy with an `examples:` section, whose first character is at 2:3."""
    return f"examples:\n  {text}\n{HEAD}"


def limit(text: str) -> str:
    """A policy with a `limits:` section, whose first character is at 2:3."""
    return f"limits:\n  {text}\n{HEAD}"


BROKEN: dict[str, tuple[str | bytes, list[str]]] = {
    # The file as a whole, and what of YAML is not taken.
    "empty file": ("", ["1:1: a policy file must be a mapping, not nothing"]),
    "a list": ("- a\n", ["1:1: a policy file must be a mapping, not a list"]),
    "no YAML": (
        "a: b: c\n",
        ["1:5: this is not YAML: mapping values are not allowed here"],
    ),
    "unclosed list": (
        "version: 1\npolicies: [\n",
        [
            "3:1: this is not YAML: while parsing a flow node, expected the node content, but "
            "found '<stream end>'",
        ],
    ),
    "control character": ("version: 1\nname: \a\n", ["2:7: this is not YAML: a control character"]),
    "not UTF-8": (b"version: 1\nname: \xff\n", ["2:7: this is not UTF-8"]),
    "nested without end": (
        "- " * 3000,
        ["1:201: this is nested too deeply to be read; 100 levels at most"],
    ),
    "nested without end in brackets": (
        "a: " + "[" * 3000,
        ["1:103: this is nested too deeply to be read; 100 levels at most"],
    ),
    "another version of YAML": (
        "# no more\n%YAML 1.1\n---\n" + HEAD + "    below_eks_minimum: yes\n",
        ["2:1: the directive %YAML 1.1 is not supported; leave it out: this is read as YAML 1.2"],
    ),
    "a version of YAML that there is not": (
        "%YAML 1.3\n---\n" + HEAD,
        ["1:1: the directive %YAML 1.3 is not supported; leave it out: this is read as YAML 1.2"],
    ),
    "a version of YAML further down": (
        "a\n...\n%YAML 1.3\n--- b\n",
        ["3:1: the directive %YAML 1.3 is not supported; leave it out: this is read as YAML 1.2"],
    ),
    "directive for tags": (
        "%YAML 1.2\n%TAG ! tag:example.org,2000:\n---\n" + HEAD,
        ["2:1: the directive %TAG ! is not supported; leave it out: this is read as YAML 1.2"],
    ),
    "two documents": (
        "version: 1\n---\nversion: 1\n",
        ["2:1: this is not YAML: expected a single document in the stream, but found another document"],
    ),
    "alias": (
        HEAD.replace("'*'", "&all '*'") + "    mode: *all\n",
        [
            "4:22: the anchor &all is not supported; leave it out",
            "5:11: the alias *all is not supported; write it out, or give it a name under peers:",
        ],
    ),
    "anchor without an alias": (
        HEAD.replace("policies:", "policies: &all"),
        ["2:11: the anchor &all is not supported; leave it out"],
    ),
    "alias that is text": (
        HEAD.replace("'*'", "*-prod"),
        ['4:22: this is not YAML: text cannot begin with *; put it in quotes: "*-prod"'],
    ),
    "alias that is text, before what is no YAML": (
        HEAD + "    mode: *all of them # here\n",
        ['5:11: this is not YAML: text cannot begin with *; put it in quotes: "*all of them"'],
    ),
    "star alone": (
        HEAD.replace("'*'", "[prod-1, *]"),
        ['4:31: this is not YAML: text cannot begin with *; put it in quotes: "*"'],
    ),
    "star alone on its line": (
        HEAD.replace("{name: '*'}", "\n      name: *"),
        ['5:13: this is not YAML: text cannot begin with *; put it in quotes: "*"'],
    ),
    "tag that is text": (
        HEAD.replace("'*'", "!prod"),
        ['4:22: this is not YAML: text cannot begin with !; put it in quotes: "!prod"'],
    ),
    "tag that is text on its line": (
        HEAD.replace("{name: '*'}", "\n      name: !prod*"),
        ['5:13: this is not YAML: text cannot begin with !; put it in quotes: "!prod*"'],
    ),
    "anchor that is text": (
        HEAD.replace("'*'", "&prod"),
        ['4:22: this is not YAML: text cannot begin with &; put it in quotes: "&prod"'],
    ),
    "percent": (
        HEAD.replace("'*'", "%prod"),
        ['4:22: this is not YAML: text cannot begin with %; put it in quotes: "%prod"'],
    ),
    "at": (
        HEAD + "    mode: @remediate\n",
        ['5:11: this is not YAML: text cannot begin with @; put it in quotes: "@remediate"'],
    ),
    "backquote": (
        HEAD.replace("'*'", "`prod`"),
        ['4:22: this is not YAML: text cannot begin with `; put it in quotes: "`prod`"'],
    ),
    "question mark": (
        HEAD.replace("'*'", "?-test"),
        ['4:22: this is not YAML: text cannot begin with ?; put it in quotes: "?-test"'],
    ),
    "question mark in a list": (
        HEAD.replace("'*'", "[prod, ?-test]"),
        ['4:29: this is not YAML: text cannot begin with ?; put it in quotes: "?-test"'],
    ),
    "star after a brace": (
        HEAD.replace("'*'", "{prod}*"),
        [
            "4:29: this is not YAML: while scanning an alias, expected alphabetic or numeric character, "
            "but found '}'"
        ],
    ),
    "address that ends like a key": (
        deny("id: a\n          traffic: all\n          from: 2001:db8::"),
        ['9:26: this is not YAML: mapping values are not allowed here; put it in quotes: "2001:db8::"'],
    ),
    "braces without quotes": (
        HEAD + "    tags: {require: {a: {cluster}}}\n",
        ['5:25: tag "a" must be text, not a mapping; put it in quotes: "{cluster}"'],
    ),
    "tag": (
        HEAD.replace("'*'", "!env CLUSTER"),
        ["4:22: the tag !env is not supported; write the plain value"],
    ),
    "tag of YAML itself": (
        deny("{id: a, traffic: all, from: !!str self}") + "    below_eks_minimum: !!bool true\n",
        [
            "7:39: the tag !!str is not supported; write the plain value",
            "8:24: the tag !!bool is not supported; write the plain value",
        ],
    ),
    "tag and anchor": (
        HEAD.replace("{name", "&a ! {name"),
        [
            "4:15: the anchor &a is not supported; leave it out",
            "4:15: the tag ! is not supported; write the plain value",
        ],
    ),
    "equals sign": (
        deny("{id: =, traffic: all, from: vpc}"),
        [
            '7:16: "=" cannot be the id of a statement; '
            "letters, digits, ., - and _, at most 64, beginning with a letter or digit"
        ],
    ),
    "tag of a mapping": (
        HEAD.replace("{name", "!selector {name"),
        ["4:15: the tag !selector is not supported; write the plain value"],
    ),
    "merge key": (
        HEAD + "    <<: {mode: remediate}\n",
        [
            '5:5: unknown key "<<" in policy "p"; known here: name, clusters, scope, mode, use, remedy, '
            "trim_limit, below_eks_minimum, ingress, egress, tags"
        ],
    ),
    "key that is no text": ("? [a]\n: 1\n", ["1:3: a key must be text"]),
    "unknown key": (
        "verson: 1\npolicies: []\n",
        [
            '1:1: unknown key "verson" in a policy file; did you mean "version"?',
            "2:11: policies is an empty list",
        ],
    ),
    "unknown key like none": (
        HEAD + "zzz: 1\n",
        [
            '5:1: unknown key "zzz" in a policy file; '
            "known here: version, peers, policies, examples, limits, expect"
        ],
    ),
    "nothing required is there": (
        "peers: {}\n",
        ['1:1: a policy file has no "policies"', '1:1: a policy file has no "version"'],
    ),
    "another version": (HEAD.replace("1", "2"), ["1:10: version must be 1, the only one there is"]),
    "version in quotes": (
        HEAD.replace("1", "'1'"),
        ["1:10: version must be 1, the only one there is; leave the quotes out"],
    ),
    "version true": (HEAD.replace("1", "true"), ["1:10: version must be 1, the only one there is"]),
    "duplicate key": (
        HEAD + "    mode: observe\n    mode: remediate\n",
        ['6:5: "mode" is given twice in policy "p"; first in line 5'],
    ),
    # Policies, and the clusters that they are for.
    "policies no list": (
        "version: 1\npolicies: {name: p}\n",
        ["2:11: policies must be a list, not a mapping"],
    ),
    "policy no mapping": ("version: 1\npolicies: [p]\n", ['2:12: policy 1 must be a mapping, not "p"']),
    "policy without name": (
        "version: 1\npolicies:\n  - clusters: {name: a}\n",
        ['3:5: policy 1 has no "name"'],
    ),
    "two policies of one name": (
        HEAD + "  - name: p\n    clusters: {name: a}\n",
        ['5:5: two policies are named "p"; first in line 3'],
    ),
    "policy without clusters": (
        "version: 1\npolicies:\n  - name: p\n",
        [
            '3:5: policy "p" has no "clusters": it does not say which it is for; for every '
            'cluster write clusters: {name: "*"}',
        ],
    ),
    "clusters empty": (
        HEAD.replace("{name: '*'}", "{}"),
        ['4:15: "clusters" of policy "p" is empty; for every cluster write {name: "*"}'],
    ),
    "clusters by a wrong key": (
        HEAD.replace("name: '*'", "names: '*'"),
        ['4:16: unknown key "names" in "clusters" of policy "p"; did you mean "name"?'],
    ),
    "clusters by name alone": (
        HEAD.replace("{name: '*'}", "'prod-*'"),
        ['4:15: "clusters" of policy "p" must be a mapping, not "prod-*"; write {name: "prod-*"}'],
    ),
    "clusters by names alone": (
        HEAD.replace("{name: '*'}", "[a, 'prod-*']"),
        ['4:15: "clusters" of policy "p" must be a mapping, not a list; write {name: ["a", "prod-*"]}'],
    ),
    "clusters without a word": (
        HEAD.replace("{name: '*'}", "[{a: b}]"),
        ['4:15: "clusters" of policy "p" must be a mapping, not a list; write one such as {name: "prod-*"}'],
    ),
    "cluster name a number": (
        HEAD.replace("'*'", "[7]"),
        ['4:23: "name" in "clusters" of policy "p" must be text, not 7; put it in quotes: "7"'],
    ),
    "account too short": (
        HEAD.replace("name: '*'", "accounts: 1234"),
        ['4:26: "accounts" in "clusters" of policy "p" must be account ids of 12 digits'],
    ),
    "account in other digits": (
        HEAD.replace("name: '*'", "accounts: '١١١١٢٢٢٢٣٣٣٣'"),
        ['4:26: "accounts" in "clusters" of policy "p" must be account ids of 12 digits'],
    ),
    "clusters by no tags": (
        HEAD.replace("name: '*'", "tags: {}"),
        [
            '4:22: "tags" in "clusters" of policy "p" is empty; '
            'name some or leave them out; for every cluster write clusters: {name: "*"}'
        ],
    ),
    "clusters by brackets": (
        HEAD.replace("name: '*'", "name: 'prod-[12]', regions: ['eu-*', 'us-[!e]*']"),
        [
            '4:22: "name" in "clusters" of policy "p": "prod-[12]" has brackets; '
            "only * and ? are wildcards: write a list, of one for each",
            '4:53: "regions" in "clusters" of policy "p": "us-[!e]*" has brackets; '
            "only * and ? are wildcards: write a list, of one for each",
        ],
    ),
    "clusters as Kyverno has them": (
        HEAD.replace("clusters:", "match:") + "    rules: []\n",
        [
            '4:5: unknown key "match" in policy "p"; write clusters',
            '5:5: unknown key "rules" in policy "p"; write ingress or egress',
        ],
    ),
    "trim limit without an end": (
        HEAD + "    trim_limit: .inf\n",
        ['5:17: "trim_limit" of policy "p" must be a number from 1 to 1000, not .inf'],
    ),
    "trim limit no number": (
        HEAD + "    trim_limit: .nan\n",
        ['5:17: "trim_limit" of policy "p" must be a number from 1 to 1000, not .nan'],
    ),
    "version in more digits than Python reads": (
        HEAD.replace("1", "1" * 5000),
        ["1:10: version must be 1, the only one there is"],
    ),
    "trim limit nearly in hexadecimal": (
        HEAD + "    trim_limit: 0x_\n",
        ['5:17: "trim_limit" of policy "p" must be a number from 1 to 1000, not "0x_"'],
    ),
    "mode unknown": (
        HEAD + "    mode: enforce\n",
        ['5:11: "mode" of policy "p" must be observe or remediate, not "enforce"; write remediate'],
    ),
    "mode of Kyverno": (
        HEAD + "    mode: audit\n",
        ['5:11: "mode" of policy "p" must be observe or remediate, not "audit"; write observe'],
    ),
    "mode of no tool": (
        HEAD + "    mode: zzz\n",
        ['5:11: "mode" of policy "p" must be observe or remediate, not "zzz"'],
    ),
    "mode nearly right": (
        HEAD + "    mode: remediat\n",
        [
            '5:11: "mode" of policy "p" must be observe or remediate, not "remediat"; did you '
            'mean "remediate"?',
        ],
    ),
    "scope": (
        HEAD + "    scope: cluster\n",
        [
            '5:12: "scope" of policy "p" must be cluster-security-group, additional-groups or a mapping, not'
            ' "cluster"; write cluster-security-group'
        ],
    ),
    "trim limit": (
        HEAD + "    trim_limit: 0\n",
        ['5:17: "trim_limit" of policy "p" must be a number from 1 to 1000, not 0'],
    ),
    "trim limit true": (
        HEAD + "    trim_limit: true\n",
        ['5:17: "trim_limit" of policy "p" must be a number from 1 to 1000, not true'],
    ),
    "flag in words": (
        HEAD + "    below_eks_minimum: yes\n",
        ['5:24: "below_eks_minimum" of policy "p" must be true or false, not "yes"'],
    ),
    "set unknown": (
        HEAD + "    use: [eks-basline]\n",
        ['5:11: unknown ready-made set "eks-basline"; did you mean "eks-baseline"?'],
    ),
    "sets without a list": (
        HEAD + "    use: eks-baseline no-public-ingress\n",
        [
            '5:10: unknown ready-made set "eks-baseline no-public-ingress"; '
            "write a list: [eks-baseline, no-public-ingress]"
        ],
    ),
    "set twice": (
        HEAD + "    use: [eks-baseline, eks-baseline]\n",
        ['5:25: policy "p" uses "eks-baseline" twice'],
    ),
    # Directions and statements.
    "direction misspelt": (
        HEAD + "    ingres: {otherwise: deny}\n",
        ['5:5: unknown key "ingres" in policy "p"; did you mean "ingress"?'],
    ),
    "otherwise misspelt": (
        INGRESS + "      othewise: deny\n      allow: []\n",
        ['6:7: unknown key "othewise" in ingress; did you mean "otherwise"?'],
    ),
    "otherwise unsaid": (
        INGRESS + "      allow:\n        - {id: a, traffic: all, from: vpc}\n",
        [
            '6:7: ingress lists what is allowed but has no "otherwise"; '
            "add otherwise: deny to allow nothing else, or otherwise: allow"
        ],
    ),
    "direction no mapping": (
        HEAD + "    egress: deny\n",
        ['5:13: egress must be a mapping, not "deny"; write {otherwise: deny}'],
    ),
    "direction a word": (HEAD + "    egress: closed\n", ['5:13: egress must be a mapping, not "closed"']),
    "direction a list": (
        HEAD + "    ingress: [{id: a, traffic: all, from: vpc}]\n",
        ["5:14: ingress must be a mapping, not a list; put the list under require:, allow: or deny:"],
    ),
    "statements no list": (
        INGRESS + "      deny: {id: a}\n",
        ["6:13: ingress.deny must be a list, not a mapping"],
    ),
    "statement no mapping": (
        deny("ssh"),
        [
            '7:11: statement 1 of ingress.deny must be a mapping, not "ssh"; '
            "write one such as {id: https, traffic: tcp/443, from: vpc}"
        ],
    ),
    "statement a line": (
        deny("tcp/22 to internet").replace("ingress", "egress"),
        [
            '7:11: statement 1 of egress.deny must be a mapping, not "tcp/22 to internet"; '
            "write {id: NAME, traffic: tcp/22, to: internet}"
        ],
    ),
    "statement without id": (
        deny("{traffic: tcp/22, from: internet}"),
        [
            '7:11: statement 1 of ingress.deny has no "id"; every statement needs one, to be '
            "named by in findings",
        ],
    ),
    "keys of other tools": (
        deny("{name: a, port: 443, protocol: tcp, cidr: 10.0.0.0/8, description: all of ours}"),
        [
            '7:12: unknown key "name" in statement 1 of ingress.deny; write id',
            '7:21: unknown key "port" in statement 1 of ingress.deny; write traffic',
            '7:32: unknown key "protocol" in statement 1 of ingress.deny; write traffic',
            '7:47: unknown key "cidr" in statement 1 of ingress.deny; write from or to',
            '7:65: unknown key "description" in statement 1 of ingress.deny; write why',
        ],
    ),
    "keys of other tools for peers": (
        deny("{id: a, traffic: all, source: 10.0.0.0/8}"),
        ['7:33: unknown key "source" in statement "a"; write from'],
    ),
    "id with spaces": (
        deny("{id: no ssh, traffic: tcp/22, from: internet}"),
        [
            '7:16: "no ssh" cannot be the id of a statement; '
            "letters, digits, ., - and _, at most 64, beginning with a letter or digit"
        ],
    ),
    "id twice": (
        deny("{id: a, traffic: tcp/22, from: internet}")
        + "        - {id: a, traffic: udp, from: internet}\n",
        ['8:11: the id "a" is used twice in policy "p"; first in line 7'],
    ),
    "id twice over directions": (
        deny("{id: a, traffic: udp, from: internet}")
        + "    egress:\n      deny:\n        - {id: a, traffic: udp, to: internet}\n",
        ['10:11: the id "a" is used twice in policy "p"; first in line 7'],
    ),
    "id of a ready-made statement": (
        deny("{id: eks-self-egress, traffic: udp, from: internet}") + "    use: eks-baseline\n",
        ['7:11: the id "eks-self-egress" is taken; the ready-made set eks-baseline has it too'],
    ),
    "id of a ready-made statement of the other direction": (
        deny("{id: eks-self-ingress, traffic: udp, to: internet}").replace("ingress:", "egress:")
        + "    use: eks-baseline\n",
        ['7:11: the id "eks-self-ingress" is taken; the ready-made set eks-baseline has it too'],
    ),
    "no traffic": (
        deny("{id: a, from: internet}"),
        ['7:11: statement "a" has no "traffic"; add traffic: one service or a list, such as tcp/443'],
    ),
    "no peer": (
        deny("{id: a, traffic: all}"),
        ['7:11: statement "a" has no "from"; add from: a peer, a name or a list'],
    ),
    "to in ingress": (
        deny("{id: a, traffic: all, to: internet}"),
        ['7:33: ingress statements say "from", not "to"'],
    ),
    "from in egress": (
        deny("{id: a, traffic: all, from: internet}").replace("ingress", "egress"),
        ['7:33: egress statements say "to", not "from"'],
    ),
    # Services and peers.
    "bare port": (
        deny("{id: a, traffic: 22, from: internet}"),
        ['7:28: "traffic" of statement "a" must be a service, not 22; write tcp/22 or udp/22'],
    ),
    "minus one": (
        deny("{id: a, traffic: -1, from: internet}"),
        ['7:28: "traffic" of statement "a" must be a service, not -1; write all'],
    ),
    "ports alone": (
        deny("{id: a, traffic: 443-444, from: internet}"),
        [
            '7:28: "traffic" of statement "a": unknown service "443-444": expected "all", "tcp", "udp/53", '
            '"tcp/1024-65535", "icmp", "icmp/3", "icmp/3.4", "icmpv6" or "proto/50"; '
            "write tcp/443-444 or udp/443-444"
        ],
    ),
    "services without a list": (
        deny("{id: a, traffic: 'tcp/80, tcp/443', from: internet}"),
        [
            '7:28: "traffic" of statement "a": unknown service "tcp/80, tcp/443": expected "all", "tcp", '
            '"udp/53", "tcp/1024-65535", "icmp", "icmp/3", "icmp/3.4", "icmpv6" or "proto/50"; '
            "write a list: [tcp/80, tcp/443]"
        ],
    ),
    "line for a service": (
        deny("{id: a, traffic: tcp/443 from 10.0.0.0/8, from: internet}"),
        [
            '7:28: "traffic" of statement "a": "tcp/443 from 10.0.0.0/8" is a whole line; '
            'the peer belongs under "from": traffic: tcp/443, from: 10.0.0.0/8'
        ],
    ),
    "port out of range": (
        deny("{id: a, traffic: [tcp/22, tcp/70000], from: internet}"),
        ['7:37: "traffic" of statement "a": "tcp/70000" is out of range: ports go from 0 to 65535'],
    ),
    "ports backwards": (
        deny("{id: a, traffic: tcp/30-20, from: internet}"),
        ['7:28: "traffic" of statement "a": "tcp/30-20" runs backwards: write the lower port first'],
    ),
    "no services": (
        deny("{id: a, traffic: [], from: internet}"),
        ['7:28: "traffic" of statement "a" is an empty list'],
    ),
    "host bits": (
        deny("{id: a, traffic: all, from: 198.51.100.7/24}"),
        ['7:39: "from" of statement "a": "198.51.100.7/24" has host bits set: did you mean 198.51.100.0/24?'],
    ),
    "bad CIDR": (
        deny("{id: a, traffic: all, from: 10.0.0.0/33}"),
        [
            '7:39: "from" of statement "a": "10.0.0.0/33" is no peer: '
            "expected a CIDR such as 10.0.0.0/16, sg-..., pl-... or self; prefix lengths go to 32"
        ],
    ),
    "bad CIDR of IPv6": (
        deny("{id: a, traffic: all, from: '2001:db8::/129'}"),
        [
            '7:39: "from" of statement "a": "2001:db8::/129" is no peer: '
            "expected a CIDR such as 10.0.0.0/16, sg-..., pl-... or self; prefix lengths go to 128"
        ],
    ),
    **{
        f"CIDR written as {text}": (
            deny(f"{{id: a, traffic: all, from: {text}}}"),
            [
                f'7:39: "from" of statement "a": "{text}" is no peer: '
                f"expected a CIDR such as 10.0.0.0/16, sg-..., pl-... or self; write {block}"
            ],
        )
        for text, block in {
            "10.0.0.0/255.0.0.0": "10.0.0.0/8",
            "010.0.0.0/8": "10.0.0.0/8",
            "10/8": "10.0.0.0/8",
            "10.20/16": "10.20.0.0/16",
            "0/0": "0.0.0.0/0",
        }.items()
    },
    **{
        f"peer written as {text}": (
            deny(f"{{id: a, traffic: all, from: '{text}'}}"),
            [f'7:39: "from" of statement "a": unknown peer "{text}"; write {peer}'],
        )
        for text, peer in {
            "VPC": "vpc",
            "Self": "self",
            "any": "anywhere",
            "*": "anywhere",
            "all": "anywhere",
            "SG-0A": "sg-0a",
        }.items()
    },
    **{
        f"service written as {text}": (
            deny(f"{{id: a, traffic: '{text}', from: vpc}}"),
            [
                f'7:28: "traffic" of statement "a": unknown service "{text}": expected "all", "tcp", '
                f'"udp/53", "tcp/1024-65535", "icmp", "icmp/3", "icmp/3.4", "icmpv6" or '
                f'"proto/50"; write {service}'
            ],
        )
        for text, service in {
            "https": "tcp/443",
            "SSH": "tcp/22",
            "dns": "[tcp/53, udp/53]",
            "443/tcp": "tcp/443",
            "tcp:443": "tcp/443",
            "udp 1000-2000": "udp/1000-2000",
            "icmp6": "icmpv6",
            "any": "all",
        }.items()
    },
    "bad group": (
        deny("{id: a, traffic: all, from: sg-*}"),
        ['7:39: "from" of statement "a": "sg-*" is no security group id: expected sg- and letters or digits'],
    ),
    "own group by an id": (
        deny("{id: a, traffic: all, from: sg-self}"),
        ['7:39: "from" of statement "a": "sg-self" is no security group id: did you mean self?'],
    ),
    "peers without a list": (
        deny("{id: a, traffic: all, from: 'self, vpc'}"),
        ['7:39: "from" of statement "a": unknown peer "self, vpc"; write a list: [self, vpc]'],
    ),
    "peers of all kinds without a list": (
        peers("office: 10.0.0.0/8\n  all: office sg-1 pl-1 2001:db8::/32"),
        [
            '3:8: peer "all": "office sg-1 pl-1 2001:db8::/32" is no peer: expected a CIDR such as '
            "10.0.0.0/16, sg-..., pl-... or self; write a list: [office, sg-1, pl-1, 2001:db8::/32]"
        ],
    ),
    "blocks without a list": (
        deny("{id: a, traffic: all, from: '10.0.0.0/16,10.1.0.0/16'}"),
        [
            '7:39: "from" of statement "a": "10.0.0.0/16,10.1.0.0/16" is no peer: expected a CIDR such as '
            "10.0.0.0/16, sg-..., pl-... or self; write a list: [10.0.0.0/16, 10.1.0.0/16]"
        ],
    ),
    "peers without a list, one of them unknown": (
        deny("{id: a, traffic: all, from: 'internet, offices'}"),
        ['7:39: "from" of statement "a": unknown peer "internet, offices"; did you mean "internet"?'],
    ),
    "prefix list by its whole name": (
        deny("{id: a, traffic: all, from: com.amazonaws.eu-west-1.s3}"),
        ['7:39: "from" of statement "a": unknown peer "com.amazonaws.eu-west-1.s3"; write {prefix_list: s3}'],
    ),
    "prefix list of all regions by its whole name": (
        deny("{id: a, traffic: all, from: com.amazonaws.global.cloudfront.origin-facing}"),
        [
            '7:39: "from" of statement "a": unknown peer "com.amazonaws.global.cloudfront.origin-facing"; '
            "write {prefix_list: com.amazonaws.global.cloudfront.origin-facing}"
        ],
    ),
    "prefix list by its name": (
        deny("{id: a, traffic: all, from: s3}"),
        ['7:39: "from" of statement "a": unknown peer "s3"; write {prefix_list: s3}'],
    ),
    "peer under a key": (
        deny("{id: a, traffic: all, from: {cidr: 10.0.0.0/8}}"),
        ['7:40: unknown key "cidr" in a peer of "from" of statement "a"; write it plainly: 10.0.0.0/8'],
    ),
    "peers under a key": (
        deny("{id: a, traffic: all, from: {cidrs: [10.0.0.0/8, vpc]}}"),
        [
            '7:40: unknown key "cidrs" in a peer of "from" of statement "a"; '
            "write it plainly: [10.0.0.0/8, vpc]"
        ],
    ),
    "bad prefix list": (
        deny("{id: a, traffic: all, from: pl-}"),
        ['7:39: "from" of statement "a": "pl-" is no prefix list id: expected pl- and letters or digits'],
    ),
    "peer misspelt": (
        deny("{id: a, traffic: all, from: intenet}"),
        ['7:39: "from" of statement "a": unknown peer "intenet"; did you mean "internet"?'],
    ),
    "peer unknown": (
        deny("{id: a, traffic: all, from: headquarters}"),
        [
            '7:39: "from" of statement "a": unknown peer "headquarters"; expected a CIDR, sg-..., pl-..., '
            "{prefix_list: NAME}, a name from peers: or one of self, vpc, internet, private, anywhere, "
            "anywhere-ipv4, anywhere-ipv6, remote-nodes, remote-pods, control-plane-groups, "
            "cluster-security-group"
        ],
    ),
    "prefix list misspelt": (
        deny("{id: a, traffic: all, from: {prefix_lst: s3}}"),
        ['7:40: unknown key "prefix_lst" in a peer of "from" of statement "a"; did you mean "prefix_list"?'],
    ),
    "prefix list by id": (
        deny("{id: a, traffic: all, from: {prefix_list: pl-1}}"),
        ['7:53: "pl-1" is an id, not a name; write it plainly: pl-1'],
    ),
    "prefix list by no name": (
        deny("{id: a, traffic: all, from: {prefix_list: Amazon S3}}"),
        ['7:53: "Amazon S3" is no name of an AWS-managed prefix list; expected one such as s3 or dynamodb'],
    ),
    # Keys that mean nothing where they stand, and words that mean nothing at all.
    "except in allow": (
        allow("{id: a, traffic: all, from: vpc, except: self}"),
        ['8:44: "except" has no meaning here; it is for deny statements only: deny that part instead'],
    ),
    "except in require": (
        deny("{id: a, traffic: all, from: vpc, except: self}").replace("deny", "require"),
        ['7:44: "except" has no meaning here; it is for deny statements only'],
    ),
    "remedy in allow": (
        allow("{id: a, traffic: all, from: vpc, remedy: trim}"),
        ['8:44: "remedy" has no meaning here; it is for deny statements only'],
    ),
    "severity in allow": (
        allow("{id: a, traffic: all, from: vpc, severity: low}"),
        ['8:44: "severity" has no meaning here; it is for require or deny statements only'],
    ),
    "managed_by in deny": (
        deny("{id: a, managed_by: aws-load-balancer-controller}"),
        ['7:19: "managed_by" has no meaning here; it is for allow statements only'],
    ),
    "owner unknown": (
        allow("{id: a, managed_by: karpenter}"),
        [
            '8:31: "managed_by" of statement "a" must be aws-load-balancer-controller,'
            ' in-tree-cloud-provider, eksctl or eks, not "karpenter"'
        ],
    ),
    "in-tree owner without traffic and peers": (
        allow("{id: a, managed_by: in-tree-cloud-provider}"),
        [
            '8:11: statement "a" has no "from";'
            " add from: the clients, such as internet, for only what is said is allowed",
            '8:11: statement "a" has no "traffic";'
            " add traffic: node ports, such as tcp/30000-32767, for only what is said is allowed",
        ],
    ),
    "in-tree owner without peers": (
        allow("{id: a, managed_by: in-tree-cloud-provider, traffic: tcp/30000-32767}"),
        [
            '8:11: statement "a" has no "from";'
            " add from: the clients, such as internet, for only what is said is allowed"
        ],
    ),
    "severity unknown": (
        deny("{id: a, traffic: all, from: internet, severity: urgent}"),
        ['7:59: "severity" of statement "a" must be critical, high, medium, low or info, not "urgent"'],
    ),
    "remedy unknown": (
        deny("{id: a, traffic: all, from: internet, remedy: revok}"),
        ['7:57: "remedy" of statement "a" must be trim or revoke, not "revok"; did you mean "revoke"?'],
    ),
    "address family unknown": (
        deny("{id: a, traffic: all, from: internet, ip_family: 6}"),
        ['7:60: "ip_family" of statement "a" must be ipv4 or ipv6, not 6'],
    ),
    "why empty": (
        deny("{id: a, traffic: all, from: internet, why: }"),
        ['7:52: "why" of statement "a" is empty'],
    ),
    "set is no key of a source": (
        deny("{id: a, traffic: all, from: internet, set: s}"),
        [
            '7:49: unknown key "set" in statement "a"; '
            "known here: id, traffic, from, to, except, why, severity, managed_by, remedy, ip_family"
        ],
    ),
    # Names for peers.
    "peer name built in": (
        peers("vpc: 10.0.0.0/8"),
        ['2:3: the peer name "vpc" is built in; choose another name'],
    ),
    "peer name like an id": (
        peers("sg-office: 10.0.0.0/8"),
        [
            '2:3: "sg-office" cannot be the name of a peer; '
            "a name is letters, digits, - and _, begins with a letter, and not with sg- or pl-"
        ],
    ),
    "peer twice": (
        peers("a: 10.0.0.0/8\n  a: 10.0.0.0/9"),
        ['3:3: "a" is given twice in peers; first in line 2'],
    ),
    "peer of itself": (peers("a: [a]"), ['2:7: peer "a" is made of itself: a -> a']),
    "peers in a circle": (
        peers("a: b\n  b: [c, 10.0.0.0/8]\n  c: a"),
        ['4:6: peer "a" is made of itself: a -> b -> c -> a'],
    ),
    "peers in a chain too long": (
        peers("\n  ".join([*(f"a{n}: a{n + 1}" for n in range(32)), "a32: vpc"])),
        [
            '33:8: peer "a31" is nested too deeply: names of names, more than 32 in a row; '
            "write what the last of them stands for"
        ],
    ),
    "peers in a chain too long, the last first": (
        peers("\n  ".join(["a32: vpc", *(f"a{n}: a{n + 1}" for n in reversed(range(32)))])),
        [
            '34:7: peer "a0" is nested too deeply: names of names, more than 32 in a row; '
            "write what the last of them stands for"
        ],
    ),
    "peer empty": (peers("a: []"), ['2:6: peer "a" is an empty list']),
    "peer null": (peers("a:"), ['2:4: peer "a" is empty']),
    "peer of a name misspelt": (
        peers("office: 10.0.0.0/8\n  all: [ofice, self]"),
        ['3:9: peer "all": unknown peer "ofice"; did you mean "office"?'],
    ),
    # Tags.
    "tag of AWS": (
        HEAD + "    tags:\n      require: {'aws:eks:cluster-name': p}\n",
        [
            '6:17: the tag key "aws:eks:cluster-name" cannot be required; '
            "only AWS writes aws: tags; leave it out"
        ],
    ),
    "tag of AWS in capitals": (
        HEAD + "    tags: {require: {AWS:x: p}}\n",
        ['5:22: the tag key "AWS:x" cannot be required; only AWS writes aws: tags; leave it out'],
    ),
    "tag placeholder": (
        HEAD + "    tags: {require: {a: '{clustr}'}}\n",
        ['5:25: unknown placeholder "{clustr}" in tag "a"; did you mean "cluster"?'],
    ),
    "tag value true": (
        HEAD + "    tags: {require: {a: true}}\n",
        ['5:25: tag "a" must be text, not true; put it in quotes: "true"'],
    ),
    "tag key too long": (
        HEAD + f"    tags: {{require: {{{'k' * 129}: a}}}}\n",
        ["5:22: a tag key has 1 to 128 characters, not 129"],
    ),
    "tag value too long": (
        HEAD + f"    tags: {{require: {{a: {'v' * 257}}}}}\n",
        ["5:25: a tag value has at most 256 characters, not 257"],
    ),
    "tags forbidden": (
        HEAD + "    tags: {forbid: {a: b}}\n",
        ['5:12: unknown key "forbid" in tags of policy "p"; known here: require'],
    ),
    # Expectations, examples and limits.
    "expectation of nothing": (
        expect("{cluster: a}"),
        ["6:5: expectation 1 expects nothing; give allowed, denied or required, or given and after"],
    ),
    "expectation without cluster": (
        expect("{allowed: all from vpc}"),
        ['6:5: expectation 1 has no "cluster"'],
    ),
    "expectation of no traffic": (
        expect("{cluster: a, allowed: tcp/22 fom vpc}"),
        [
            '6:27: "allowed" of expectation 1: "tcp/22 fom vpc" is no traffic; '
            "expected SERVICE from PEER, or SERVICE to PEER, such as tcp/22 from vpc"
        ],
    ),
    "expectation of a port alone": (
        expect("{cluster: a, allowed: 443}"),
        [
            '6:27: "allowed" of expectation 1: "443" is no traffic; '
            "expected SERVICE from PEER, or SERVICE to PEER, such as tcp/443 from vpc"
        ],
    ),
    "expectation of a name alone": (
        expect("{cluster: a, allowed: internet}"),
        [
            '6:27: "allowed" of expectation 1: "internet" is no traffic; '
            "expected SERVICE from PEER, or SERVICE to PEER, such as tcp/443 from vpc"
        ],
    ),
    "expectation of minus one": (
        expect("{cluster: a, allowed: -1 from self}"),
        [
            '6:27: "allowed" of expectation 1: unknown service "-1": expected "all", "tcp", "udp/53", '
            '"tcp/1024-65535", "icmp", "icmp/3", "icmp/3.4", "icmpv6" or "proto/50"; write all'
        ],
    ),
    "expectation of several in one line": (
        expect("{cluster: a, allowed: 'tcp/80, tcp/443 from self,vpc'}"),
        [
            '6:27: "allowed" of expectation 1: "tcp/80, tcp/443 from self,vpc" is no traffic; '
            "a line has one service and one peer: "
            "tcp/80 from self, tcp/80 from vpc, tcp/443 from self, tcp/443 from vpc"
        ],
    ),
    "expectation of a prefix list": (
        expect('{cluster: a, allowed: "tcp/22 from {prefix_list: s3}"}'),
        [
            '6:27: "allowed" of expectation 1: "tcp/22 from {prefix_list: s3}" is no traffic; '
            "give the list a name under peers:, and write that name"
        ],
    ),
    "expectation of a bad port": (
        expect("{cluster: a, allowed: tcp/99999 from vpc}"),
        ['6:27: "allowed" of expectation 1: "tcp/99999" is out of range: ports go from 0 to 65535'],
    ),
    "expectation the wrong way": (
        expect("{cluster: a, direction: egress, allowed: all from vpc}"),
        ['6:46: expectation 1 is of egress but its traffic says "from"'],
    ),
    "expectation of no list": (
        f"{HEAD}expect: {{cluster: a, denied: all from vpc}}\n",
        ["5:9: expect must be a list, not a mapping"],
    ),
    "expectation of no lines": (
        expect("{cluster: a, denied: []}"),
        ['6:26: "denied" of expectation 1 is an empty list'],
    ),
    "expectation of a cluster misspelt": (
        expect("{clustr: a, denied: all from vpc}"),
        ['6:6: unknown key "clustr" in expectation 1; did you mean "cluster"?'],
    ),
    "expectation of a peer misspelt": (
        expect("{cluster: a, denied: all from intrnet}"),
        ['6:26: "denied" of expectation 1: unknown peer "intrnet"; did you mean "internet"?'],
    ),
    "expectation of examples that are not there": (
        expect("{cluster: [a, prod-*], denied: all from vpc}"),
        [
            '6:19: "cluster" of expectation 1: no example is named like "prod-*"; '
            "describe the clusters that it stands for under examples:"
        ],
    ),
    "given without after": (
        expect("{cluster: a, given: all from vpc}"),
        [
            '6:18: expectation 1 has "given" but no "after"; '
            "the rules that a group has, and those that remediation leaves it"
        ],
    ),
    "after without given": (
        expect("{cluster: a, after: []}"),
        [
            '6:18: expectation 1 has "after" but no "given"; '
            "the rules that a group has, and those that remediation leaves it"
        ],
    ),
    "after of no direction": (
        expect("{cluster: a, given: [], after: []}"),
        [
            "6:5: expectation 1 does not say which way its traffic goes; "
            "add direction: ingress or direction: egress"
        ],
    ),
    "after of both directions": (
        expect("{cluster: a, given: [all from vpc], after: [all to vpc]}"),
        ['6:49: expectation 1 is of ingress but its traffic says "to"'],
    ),
    "example of a pattern": (
        example("'prod-*': {}"),
        ['2:3: "prod-*" cannot be the name of a cluster; an example is one cluster: give it one name'],
    ),
    "example without a name": (
        example("'': {vpc: 10.0.0.0/16}"),
        ["2:3: an example has no name; write the name of its cluster"],
    ),
    "example without a mapping": (example("a: prod"), ['2:6: example "a" must be a mapping, not "prod"']),
    "example of an unknown key": (
        example("a: {vpcs: 10.0.0.0/16}"),
        ['2:7: unknown key "vpcs" in example "a"; did you mean "vpc"?'],
    ),
    "example of no account": (
        example("a: {account: prod}"),
        ['2:16: "account" of example "a" must be an account id of 12 digits'],
    ),
    "example of no family": (
        example("a: {ip_family: dual}"),
        ['2:18: "ip_family" of example "a" must be ipv4 or ipv6, not "dual"'],
    ),
    "example with host bits": (
        example("a: {vpc: 10.0.0.1/16}"),
        ['2:12: "vpc" of example "a": "10.0.0.1/16" has host bits set: did you mean 10.0.0.0/16?'],
    ),
    "example with a block too small": (
        example("a: {vpc: 10.0.0.0/33}"),
        ['2:12: "vpc" of example "a": "10.0.0.0/33" is no block of addresses; prefix lengths go to 32'],
    ),
    "example of an account in other digits": (
        example("a: {account: '١١١١٢٢٢٢٣٣٣٣'}"),
        ['2:16: "account" of example "a" must be an account id of 12 digits'],
    ),
    "example without a list": (
        example("a: {vpc: '10.0.0.0/16, 10.1.0.0/16'}"),
        [
            '2:12: "vpc" of example "a": "10.0.0.0/16, 10.1.0.0/16" is no block of addresses; '
            "write a list: [10.0.0.0/16, 10.1.0.0/16]"
        ],
    ),
    "example of no addresses": (
        example("a: {remote_nodes: self}"),
        [
            '2:21: "remote_nodes" of example "a": "self" is no block of addresses; '
            "expected a CIDR such as 10.0.0.0/16"
        ],
    ),
    "example twice": (example("a: {}\n  a: {}"), ['3:3: "a" is given twice in examples; first in line 2']),
    "limit of no line": (
        limit("narrow: /16"),
        [
            '2:11: limit "narrow": "/16" is no traffic; '
            "expected SERVICE from WIDTH, or SERVICE to WIDTH, such as tcp/443 from ipv4/24"
        ],
    ),
    "limit of a CIDR": (
        limit("narrow: all from 10.0.0.0/8"),
        [
            '2:11: limit "narrow": "10.0.0.0/8" is no width; '
            "expected ipv4/0 to ipv4/32 or ipv6/0 to ipv6/128: the widest block that may be allowed"
        ],
    ),
    "limit longer than addresses": (
        limit("narrow: [all from ipv6/64, all from ipv4/64]"),
        [
            '2:30: limit "narrow": "ipv4/64" is no width; '
            "expected ipv4/0 to ipv4/32 or ipv6/0 to ipv6/128: the widest block that may be allowed"
        ],
    ),
    "limit of a bad service": (
        limit("narrow: tcp/22- from ipv4/8"),
        [
            '2:11: limit "narrow": unknown service "tcp/22-": expected "all", "tcp", "udp/53", '
            '"tcp/1024-65535", "icmp", "icmp/3", "icmp/3.4", "icmpv6" or "proto/50"'
        ],
    ),
}


def test_the_table_is_long() -> None:
    assert len(BROKEN) >= 40


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_its_place(text: str | bytes, expected: list[str]) -> None:
    assert errors_of(text) == expected


def test_a_problem_is_shown_in_its_line() -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(deny("{id: a, traffic: tcp/22, from: intrnet}").encode(), "policy.yaml")
    assert str(caught.value) == (
        'policy.yaml:7:42: "from" of statement "a": unknown peer "intrnet"; did you mean "internet"?\n'
        "          - {id: a, traffic: tcp/22, from: intrnet}\n"
        "                                           ^"
    )


def test_a_line_cannot_write_to_the_terminal() -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy("version: 1 # \u202eevil\n".encode(), "policy.yaml")
    assert "\u202e" not in str(caught.value)


def test_all_problems_of_a_file_are_told_at_once_in_order() -> None:
    text = "version: 3\npolicies:\n  - name: p\n    mode: x\n    clusters: {nam: y}\n    use: z\n"
    assert [line.split(": ")[0] for line in errors_of(text)] == ["1:10", "4:11", "5:16", "6:10"]


def test_a_byte_order_mark_moves_no_caret() -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(b"\xef\xbb\xbfversion: 2\npolicies: [{name: p, clusters: {name: a}}]\n", "policy.yaml")
    assert str(caught.value) == (
        "policy.yaml:1:10: version must be 1, the only one there is\n  version: 2\n           ^"
    )
