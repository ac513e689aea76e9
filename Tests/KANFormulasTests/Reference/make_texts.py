"""Values of formulas' texts by sympy with 30 digits: texts.json. Needs sympy, numpy and scipy.

The texts come from the test: KAN_FORMULA_TEXTS=texts.json scripts/test --filter FormulaTextTests
then: python make_texts.py texts.json
"""

import json
import pathlib
import sys

import numpy
import scipy.interpolate
import sympy


def spline(points, values):
    """The natural cubic spline, straight beyond its ends."""
    curve = scipy.interpolate.CubicSpline(points, values, bc_type="natural")

    def evaluate(x):
        inside = min(max(x, points[0]), points[-1])
        return float(curve(inside) + curve(inside, 1) * (x - inside))

    return evaluate


def evaluate(expression, row, splines):
    """Calls of splines from the inside out, then sympy's arithmetic."""
    expression = expression.subs(row)
    while True:
        calls = [c for c in expression.atoms(sympy.Function) if c.func.__name__ in splines]
        calls = [c for c in calls if not c.args[0].has(*[sympy.Function(n) for n in splines])]
        if not calls:
            return float(sympy.re(expression.evalf(30)))
        call = calls[0]
        value = splines[call.func.__name__](float(call.args[0].evalf(30)))
        expression = expression.subs(call, sympy.Float(repr(value), 30))


cases = json.loads(pathlib.Path(sys.argv[1]).read_text())
for case in cases:
    splines = {s["name"]: spline(numpy.array(s["points"]), numpy.array(s["values"])) for s in case["splines"]}
    # No hints: the text has to be what sympify takes by itself.
    expression = sympy.sympify(case["text"])
    names = ["x", "column_of_2"]
    case["values"] = [
        evaluate(expression, {sympy.Symbol(n): sympy.Float(repr(v), 30) for n, v in zip(names, row)}, splines)
        for row in case["rows"]
    ]
path = pathlib.Path(__file__).with_name("texts.json")
path.write_text(json.dumps(cases, indent=1) + "\n")
