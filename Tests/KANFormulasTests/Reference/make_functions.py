"""Named functions with their first two derivatives, by mpmath's arithmetic of 40 digits: functions.json"""

import json
import pathlib

import mpmath as mp

mp.mp.dps = 40
inside = ["-2.3", "-0.7", "-0.1", "0.2", "0.9", "1.6", "3.1"]
positive = ["0.05", "0.3", "1.0", "2.7", "40"]
unit = ["-0.95", "-0.4", "0.0", "0.3", "0.99"]
functions = {
    "0": (lambda x: mp.mpf(0), inside),
    "x": (lambda x: x, inside),
    "x^2": (lambda x: x**2, inside),
    "x^3": (lambda x: x**3, inside),
    "x^4": (lambda x: x**4, inside),
    "x^5": (lambda x: x**5, inside),
    "1/x": (lambda x: 1 / x, inside),
    "1/x^2": (lambda x: 1 / x**2, inside),
    "sqrt": (mp.sqrt, positive),
    "exp": (mp.exp, inside),
    "log": (mp.log, positive),
    "abs": (abs, inside),
    "sin": (mp.sin, inside),
    "cos": (mp.cos, inside),
    "tan": (mp.tan, unit + ["1.4", "2.9"]),
    "tanh": (mp.tanh, inside),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), inside),
    "asin": (mp.asin, unit),
    "acos": (mp.acos, unit),
    "atan": (mp.atan, inside),
    "atanh": (mp.atanh, unit),
    "sinh": (mp.sinh, inside),
    "cosh": (mp.cosh, inside),
    "gaussian": (lambda x: mp.exp(-x * x), inside),
    "j0": (lambda x: mp.besselj(0, x), inside + ["0", "11.5"]),
    "erf": (mp.erf, inside),
}


def derivative(f, x, order):
    """By complex-free differences in 40 digits; f is smooth at the points."""
    return mp.diff(f, x, order)


cases = []
for name, (f, points) in functions.items():
    x = [mp.mpf(p) for p in points]
    cases.append(
        {
            "function": name,
            "x": [float(p) for p in points],
            "values": [float(f(p)) for p in x],
            "slopes": [float(derivative(f, p, 1)) for p in x],
            "curvatures": [float(derivative(f, p, 2)) for p in x],
        }
    )
path = pathlib.Path(__file__).with_name("functions.json")
path.write_text(json.dumps(cases, indent=1) + "\n")
