"""The checks of scripts/wheel find what they are for, in wheels around small libraries."""

import runpy
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "native" / "check_wheel.py"
check = runpy.run_path(str(SCRIPT))
compiler = shutil.which("cc") or shutil.which("clang")
pytestmark = pytest.mark.skipif(compiler is None, reason="there is no compiler for C")

HEADER = "/// As `swiftkan_one` says.\nint swiftkan_one(void);\nint swiftkan_two(int x);\n"
SOURCE = """
#include <stdlib.h>
#include <string.h>
int swiftkan_one(void) { return (int)strlen(getenv("HOME")); }
int swiftkan_two(int x) { return rand() + x; }
static int hidden(void) { return 1; }
int (*swiftkan_used(void))(void) __attribute__((visibility("hidden")));
int (*swiftkan_used(void))(void) { return hidden; }
"""


def wheel(folder, source=SOURCE, tag="manylinux_2_36_x86_64", padding=0, libraries=()):
    library, path = folder / "libswiftkan.so", folder / f"swift_kan-1.0-py3-none-{tag}.whl"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library, "-Wl,--no-as-needed", "-x", "none", *libraries],
        input=source, text=True, check=True)
    with zipfile.ZipFile(path, "w") as file:
        file.write(library, "swiftkan/libswiftkan.so")
        file.writestr("swiftkan/swiftkan.h", HEADER)
        file.writestr("swiftkan/padding", bytes(padding))
    return str(path)


def faults(*arguments, **options):
    return list(check["faults_of_wheel"](wheel(*arguments, **options)))


def test_a_good_wheel_passes(tmp_path):
    assert faults(tmp_path) == []


def test_faults_are_named(tmp_path):
    assert faults(tmp_path, source=SOURCE + "int stray = 1;") == ["exports what swiftkan.h does not declare: stray"]
    assert faults(tmp_path, source=SOURCE.replace("_two", "_three")) == [
        "exports what swiftkan.h does not declare: swiftkan_three", "lacks functions of swiftkan.h: swiftkan_two"]
    assert faults(tmp_path, padding=26_000_000) == ["has 26.0 MB, more than 25"]
    assert faults(tmp_path, tag="linux_x86_64") == ["has another tag than manylinux_…_x86_64"]
    (old,) = faults(tmp_path, tag="manylinux_2_1_x86_64")
    assert old.startswith("needs glibc 2.") and "newer than 2.1: " in old and "strlen" in old
    other = tmp_path / "libother.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", other, "-Wl,-soname,libother.so.3"], input="", check=True,
        text=True)
    assert faults(tmp_path, libraries=[other]) == ["needs other libraries: libother.so.3"]


def test_the_script_says_so_and_fails(tmp_path):
    path = wheel(tmp_path, source=SOURCE + "int stray = 1;")
    outcome = subprocess.run(["python3", SCRIPT, path], capture_output=True, text=True)
    assert outcome.returncode == 1
    assert outcome.stderr == f"error: {path} exports what swiftkan.h does not declare: stray\n"
