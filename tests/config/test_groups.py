"""How the tests themselves are distributed."""

import pytest


@pytest.mark.xdist_group("processes")
def test_what_belongs_together_runs_on_one_worker(request: pytest.FixtureRequest, worker_id: str) -> None:
    """Otherwise groups are run beside each other, and nothing but the clock tells."""
    if worker_id == "master":
        pytest.skip("The tests are not distributed")
    assert request.node.nodeid.endswith("@processes")
