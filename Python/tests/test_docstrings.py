import doctest
import importlib
from pathlib import Path

import pytest

modules = ["swiftkan", "swiftkan._network", "swiftkan._regressor", "swiftkan._classifier", "swiftkan._training", "swiftkan._looking"]


@pytest.mark.parametrize("name", modules)
def test_examples(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0
    # A module whose examples are gone would pass.
    assert found.attempted > 0 or name in ("swiftkan._training", "swiftkan._looking")


def test_sources_are_python_3_9():
    import ast

    import swiftkan

    for path in Path(swiftkan.__file__).parent.glob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 9))


def test_the_notebook_runs(capsys):
    import runpy

    pytest.importorskip("pandas")
    path = Path(__file__).parents[1] / "examples" / "first_steps.py"
    runpy.run_path(str(path))
    assert "chosen by" in capsys.readouterr().out
