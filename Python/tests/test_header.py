import re
import shutil
import subprocess
from pathlib import Path

import pytest
import swiftkan
from swiftkan import _library

folder = Path(swiftkan.__file__).parent

PROGRAM = r"""
#include <stdio.h>
#include "swiftkan.h"

int main(void) {
  if (swiftkan_interface() != SWIFTKAN_INTERFACE || swiftkan_struct_size(0) != (int64_t)sizeof(swiftkan_array)) return 1;
  char *message = NULL;
  swiftkan_model *model = NULL;
  if (swiftkan_network("{\"layers\": [{\"inputs\": 2, \"outputs\": 1, \"basis\": \"nothing\"}]}", &model, &message) !=
      SWIFTKAN_USAGE)
    return 2;
  printf("%s\n", message);
  swiftkan_free(message);
  if (swiftkan_network("{\"layers\": [{\"inputs\": 2, \"outputs\": 1}], \"seed\": 1}", &model, NULL)) return 3;
  float x[6] = {0, 0, 0.5f, -0.5f, 1, 1}, y[3];
  swiftkan_array in = {x, 3, 2, 8, 4, SWIFTKAN_FLOAT32}, out = {y, 3, 1, 4, 4, SWIFTKAN_FLOAT32};
  if (swiftkan_predict(model, &in, &out, 1, NULL)) return 4;
  printf("%.6f %.6f %.6f\n", (double)y[0], (double)y[1], (double)y[2]);
  /* Strides of any sign are read, and a result that is not aligned is refused before anything is written. */
  float z[4] = {0, 0, 0, 0};
  swiftkan_array back = {x + 4, 3, 2, -8, 4, SWIFTKAN_FLOAT32}, odd = {(char *)z + 1, 3, 1, 4, 4, SWIFTKAN_FLOAT32};
  out.data = z;
  if (swiftkan_predict(model, &back, &out, 1, NULL) || z[0] != y[2] || z[1] != y[1] || z[2] != y[0]) return 5;
  message = NULL;
  if (swiftkan_predict(model, &in, &odd, 1, &message) != SWIFTKAN_USAGE || z[0] != y[2]) return 6;
  printf("%s\n", message);
  swiftkan_free(message);
  /* A training whose model has no place to go does not begin. */
  swiftkan_table *table = swiftkan_table_make();
  message = NULL;
  if (swiftkan_fit(table, NULL, NULL, NULL, NULL, NULL, &message) != SWIFTKAN_USAGE) return 7;
  printf("%s\n", message);
  swiftkan_free(message);
  swiftkan_table_free(table);
  swiftkan_table_free(NULL);
  swiftkan_model_free(model);
  return 0;
}
"""


def test_header_and_package_agree():
    """Every function of the header is known to the package, and the other way round."""
    header = (folder / "swiftkan.h").read_text()
    declared = set(re.findall(r"\bswiftkan_(\w+)\(", header))
    assert declared == set(_library._failing) | set(_library._others)
    assert f"SWIFTKAN_INTERFACE = {_library.INTERFACE}" in header


@pytest.mark.parametrize("language, standard", [("c", "c11"), ("c++", "c++17")])
def test_programs_in_c(language, standard, tmp_path):
    import numpy as np

    compiler = shutil.which("clang") or shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no compiler for C")
    program = tmp_path / "program"
    subprocess.run(
        [compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Werror", "-", "-o", program, f"-I{folder}",
         "-x", "none", folder / "libswiftkan.so", f"-Wl,-rpath,{folder}"],
        input=PROGRAM, text=True, check=True)
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    assert lines[0].startswith('basis "nothing" is none of spline')
    network = swiftkan.Network([2, 1], seed=1)
    expected = network.predict(np.array([[0, 0], [0.5, -0.5], [1, 1]], np.float32))[:, 0]
    assert np.allclose([float(word) for word in lines[1].split()], expected, atol=1e-6)
    assert lines[2:] == ["a result has to be aligned to its numbers", "there is no place for the model"]
