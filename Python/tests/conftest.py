import os

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def tool():
    """The command-line tool of the same build."""
    path = os.environ.get("KAN_TOOL", "")
    if not os.access(path, os.X_OK):
        pytest.skip("KAN_TOOL does not name the command-line tool")
    return path
