"""What is compiled can be loaded, and is what it was."""

from __future__ import annotations

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st
from sgwarden.policy import Document, PolicyError, compile_document, load_compiled
from sgwarden.review.build import compile_policy

from tests.property.policy_documents import documents


@given(documents)
def test_loading_undoes_compiling(document: Document) -> None:
    assert load_compiled(compile_document(document)) == document


@given(documents)
def test_the_same_document_compiles_to_the_same_bytes(document: Document) -> None:
    compiled = compile_document(document)
    assert compile_document(load_compiled(compiled)) == compiled


@given(st.text() | st.text("{}[]:,-&*!|>'\"%@`#? \n\tapolicesvrn1", max_size=60))
def test_any_text_is_either_a_policy_or_refused_with_its_problems(text: str) -> None:
    with contextlib.suppress(PolicyError):
        compile_policy(text.encode("utf-8", "replace"), "policy.yaml")
    with contextlib.suppress(PolicyError):
        load_compiled(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "clusters",
                    "use",
                    "ingress",
                    "allow",
                    "deny",
                    "require",
                    "id",
                    "from",
                    "traffic",
                    "tags",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values, json_values, json_values, json_values, json_values)
def test_any_shape_is_refused_and_never_breaks_the_reader(
    peers: object, policy: object, expect: object, examples: object, limits: object
) -> None:
    document = {"version": 1, "peers": peers, "policies": [policy], "expect": [expect]}
    text = json.dumps({**document, "examples": {"a": examples}, "limits": {"a": limits}})
    with contextlib.suppress(PolicyError):
        compile_policy(text.encode(), "policy.yaml")
