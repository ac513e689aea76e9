import doctest
import importlib
import re
from pathlib import Path

import pytest
import swiftkan

modules = ["swiftkan", "swiftkan._network", "swiftkan._regressor", "swiftkan._classifier", "swiftkan._training"]


@pytest.mark.parametrize("name", modules)
def test_examples(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0
    # A module whose examples are gone would pass.
    assert found.attempted > 0 or name == "swiftkan._training"


def test_header_and_package_agree():
    """Every function of the header is known to the package, and the other way round."""
    from swiftkan import _library

    header = (Path(swiftkan.__file__).parent / "swiftkan.h").read_text()
    declared = set(re.findall(r"\bswiftkan_(\w+)\(", header)) - {"interface"}
    known = (set(_library._failing) | set(_library._others)) - {"interface"}
    assert declared == known
    assert f"SWIFTKAN_INTERFACE = {_library.INTERFACE}" in header
