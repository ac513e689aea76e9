"""Writes NumpyFixtures.swift: small arrays saved by numpy, with the values that reading them must give."""

import base64
import io
import sys

import numpy as np
from numpy.lib import format as npy

cases = []


def add(name, array, version=(1, 0)):
    buffer = io.BytesIO()
    npy.write_array(buffer, array, version=version)
    flat = array.reshape(array.shape[0], -1).astype(np.float64)
    shape = [array.shape[0]] if array.ndim == 1 else list(flat.shape)
    is_integer = array.dtype.kind in "iub"
    cases.append((name, base64.b64encode(buffer.getvalue()).decode(), shape, flat.ravel().tolist(), is_integer))


base = np.arange(6).reshape(2, 3)
for kind in ["f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"]:
    for order in "<>":
        array = (base * 7 + 1).astype(order + kind)
        if kind[0] == "f":
            array = (array / 8 - 2).astype(order + kind)
        if kind[0] == "i":
            array = (array - 20).astype(order + kind)
        add(f"{order}{kind}", array)
        add(f"{order}{kind} Fortran", np.asfortranarray(array))
add("i1", (base * 40 - 100).astype("i1"))
add("u1", (base * 50).astype("u1"))
add("b1", base % 2 == 1)
add("one dimension", np.array([0.1, -2.5, 1e300]))
add("one dimension i8", np.array([3, -1, 2**40]))
add("three dimensions", np.arange(12, dtype="<i4").reshape(2, 3, 2))
add("three dimensions Fortran", np.asfortranarray(np.arange(12, dtype="<f4").reshape(2, 3, 2)))
add("version 2", base.astype("<f8"), (2, 0))
add("version 3", base.astype("<f8"), (3, 0))

lines = [
    "// Written by make_npy.py.",
    "",
    "/// An array saved by numpy and what reading it must give.",
    "struct NumpyFixture: Sendable, CustomTestStringConvertible {",
    "  let name: String",
    "  let base64: String",
    "  let shape: [Int]",
    "  let values: [Double]",
    "  let isInteger: Bool",
    "  var testDescription: String { name }",
    "}",
    "",
    "let numpyFixtures: [NumpyFixture] = [",
]
for name, data, shape, values, is_integer in cases:
    lines.append(f'  NumpyFixture(')
    lines.append(f'    name: "{name}",')
    parts = [data[i : i + 96] for i in range(0, len(data), 96)]
    lines.append('    base64: """')
    lines += [f"      {part}\\" for part in parts[:-1]] + [f"      {parts[-1]}", '      """,']
    lines.append(f"    shape: {shape},")
    lines.append(f"    values: {values},")
    lines.append(f"    isInteger: {'true' if is_integer else 'false'}),")
lines.append("]")
text = "\n".join(lines).replace("// Written by make_npy.py.\n", "// Written by make_npy.py.\n\nimport Testing\n") + "\n"
with open(sys.argv[1] if len(sys.argv) > 1 else "NumpyFixtures.swift", "w") as file:
    file.write(text)
