"""Whatever a program sends that reads the description: no fault, and answers as described."""

import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient

from tests.store.build import NOON, draft, line, talk
from threadleaf.config import Settings
from threadleaf.core.errors import NotNow
from threadleaf.core.model import Conversation
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer
from threadleaf.wire import Steps

CASES = {"ci": 2_000, "bar": 100_000}[os.environ.get("TL_SCALE", "ci")]
SITE = Settings()


def _no_network(steps: Steps) -> Conversation:
    steps.close()
    raise NotNow("Nobody answers.")


@pytest.mark.proof
@pytest.mark.timeout(1_800)
def test_no_call_that_the_description_allows_is_a_fault(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the tool's own parts
        import schemathesis
    store = open_store(tmp_path / "kept.sqlite3")
    for name in range(1, 30):
        store.save(draft(talk(*line(name))))
    service = Threadleaf(store, _no_network, lambda: NOON, renderer(SITE))
    app = create_app(service, SITE)
    client = TestClient(app, base_url="http://127.0.0.1:8410", raise_server_exceptions=False)
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
    operations = [found.ok() for found in schema.get_all_operations()]
    asked: list[int] = []
    for operation in operations:
        _fuzz(operation, client, CASES // len(operations) + 1, asked)
    store.close()
    print(f"{len(asked)} calls of {len(operations)} operations; statuses {sorted(set(asked))}")
    assert len(asked) >= CASES


def _fuzz(operation: Any, client: TestClient, cases: int, asked: list[int]) -> None:
    described = set(operation.definition.raw["responses"])

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        given_ = case.as_transport_kwargs(base_url="http://127.0.0.1:8410")
        body = {"content": given_["data"]} if "data" in given_ else {}
        body |= {"json": given_["json"]} if "json" in given_ else {}
        answer = client.request(
            given_["method"], given_["url"], params=given_.get("params"), headers=dict(given_["headers"]), **body
        )
        asked.append(answer.status_code)
        assert answer.status_code != 500, (given_, answer.text)
        assert str(answer.status_code) in described, (given_, answer.status_code)

    call()
