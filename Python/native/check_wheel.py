"""Checks that the wheel is what it promises; one line for each fault, and code 1.

    check_wheel.py WHEEL

- exported are the functions of swiftkan.h, all of them and nothing else;
- no symbol of the C library is newer than the one in the wheel's tag, manylinux_2_36: that of Debian 12, on which it is
  built, and of every system that pip gives this wheel to;
- no library is needed but those of the C library;
- the wheel has at most 25 MB.

The tools of LLVM beside `swift`, or of binutils, read the library.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

MOST_BYTES = 25_000_000
NEEDED = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2"}
LIBRARY, HEADER = "swiftkan/libswiftkan.so", "swiftkan/swiftkan.h"


def printed(names, *arguments):
    """What the first of some tools that is here prints."""
    swift = os.path.realpath(shutil.which("swift") or "/")
    path = os.pathsep.join([os.path.dirname(swift), os.environ.get("PATH", os.defpath)])
    tool = next((found for name in names if (found := shutil.which(name, path=path))), None)
    if tool is None:
        sys.exit(f"error: none of {', '.join(names)} is here to check the wheel with")
    return subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout


def some(names):
    names = sorted(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def faults_of(library, header, newest):
    """What is wrong with a library: its path, the header's text, and the newest version of the C library."""
    lines = printed(["llvm-nm", "nm"], "-D", "--defined-only", library).splitlines()
    exported = {line.split()[-1] for line in lines if line}
    declared = set(re.findall(r"\bswiftkan_\w+(?=\()", header))
    if strays := exported - declared:
        yield f"exports what swiftkan.h does not declare: {some(strays)}"
    if missing := declared - exported:
        yield f"lacks functions of swiftkan.h: {some(missing)}"
    symbols = printed(["llvm-objdump", "objdump"], "-T", library)
    versions = {tuple(map(int, text.split("."))): text for text in re.findall(r"\bGLIBC_([0-9.]+)", symbols)}
    if not versions:
        yield "has no symbol of the C library, so that its version is not known"
    elif max(versions) > newest:
        newer = {
            line.split()[-1] for line in symbols.splitlines()
            if (own := re.search(r"\bGLIBC_([0-9.]+)", line)) and tuple(map(int, own[1].split("."))) > newest}
        yield f"needs glibc {versions[max(versions)]}, newer than {'.'.join(map(str, newest))}: {some(newer)}"
    needed = set(re.findall(r"^\s*NEEDED\s+(\S+)", printed(["llvm-objdump", "objdump"], "-p", library), re.MULTILINE))
    if others := needed - NEEDED:
        yield f"needs other libraries: {some(others)}"


def faults_of_wheel(path):
    size = os.path.getsize(path)
    if size > MOST_BYTES:
        yield f"has {size / 1e6:.1f} MB, more than {MOST_BYTES / 1e6:.0f}"
    tag = re.search(r"-manylinux_(\d+)_(\d+)_x86_64\.whl$", path)
    if not tag:
        yield "has another tag than manylinux_…_x86_64"
        return
    with zipfile.ZipFile(path) as wheel, tempfile.TemporaryDirectory() as folder:
        if missing := {LIBRARY, HEADER} - set(wheel.namelist()):
            yield f"lacks {some(missing)}"
            return
        header = wheel.read(HEADER).decode()
        yield from faults_of(wheel.extract(LIBRARY, folder), header, (int(tag[1]), int(tag[2])))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = list(faults_of_wheel(sys.argv[1]))
    for fault in found:
        print(f"error: {sys.argv[1]} {fault}", file=sys.stderr)
    sys.exit(1 if found else 0)
