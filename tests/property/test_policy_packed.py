"""Packing loses nothing, and whatever a parameter holds is a policy or is refused."""

from __future__ import annotations

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.policy import Document, PolicyError, compile_document
from sgwarden.policy.packed import load_packed, pack, unpack

from tests.property.policy_documents import documents

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ENVELOPES = st.builds(
    lambda document, sha256: json.dumps({"format": 1, "source": {"sha256": sha256}, "document": document}),
    JSON,
    JSON,
)


@given(documents)
def test_a_packed_policy_is_the_policy(document: Document) -> None:
    compiled = compile_document(document)
    assert unpack(pack(compiled)) == compiled
    assert load_packed(pack(compiled), "p") == load_packed(compiled, "p") == document


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_any_text_is_unpacked_or_refused(text: str) -> None:
    with contextlib.suppress(PolicyError):
        assert isinstance(unpack(text), str)


@given(ENVELOPES | st.text().map(lambda text: "{" + text), st.booleans())
def test_any_json_is_a_policy_or_refused(text: str, packed: bool) -> None:
    with contextlib.suppress(PolicyError):
        assert load_packed(pack(text) if packed else text).policies


def test_chains_of_names_too_long_to_follow_are_refused() -> None:
    peers = {f"a{n}": [f"a{n + 1}"] for n in range(9000)}
    policies = [{"name": "p", "clusters": {"name": ["*"]}}]
    document = {"version": 1, "peers": peers, "policies": policies}
    with pytest.raises(PolicyError, match="nested too deeply"):
        load_packed(pack(json.dumps({"format": 1, "document": document})))
