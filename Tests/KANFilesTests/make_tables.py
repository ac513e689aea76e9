#!/usr/bin/env python3
"""Writes TableFixtures.swift: texts of tables, and what pandas reads from them. usage: make_tables.py > TableFixtures.swift"""
import io
import numpy as np
import pandas as pd

words = ["NA", "N/A", "NaN", "null", "None", "?", "-"]


def swift(text):
    return '"' + "".join({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c, c) for c in text) + '"'


def number(value):
    return ".nan" if np.isnan(value) else repr(float(value))


def table(seed, rows, separator, decimal):
    r = np.random.default_rng(seed)
    gap = lambda cell: r.choice(words + [""]) if r.uniform() < 0.1 else cell
    lines = [separator.join(["x", "count", "when", "colour", "flag"])]
    for row in range(rows):
        x = repr(float(np.round(r.normal() * 10.0 ** r.integers(-8, 9), int(r.integers(0, 12))))).replace(".", decimal)
        when = str(pd.Timestamp(int(r.integers(-2_000_000_000, 4_000_000_000)), unit="s"))
        if r.uniform() < 0.5:
            when = when.replace(" ", "T") + ".%03d" % r.integers(0, 1000) + r.choice(["Z", "+02:00", "-0530", ""])
        colour = r.choice(["red", "dark blue", '"a ""b"""', f'"x{separator}y"', "grün", '"two\nlines"'])
        flag = r.choice(["yes", "no", "Yes", "NO"])
        blank = " " * int(r.integers(0, 2))
        lines.append(separator.join([blank + gap(x), gap(str(r.integers(-5, 50)) + blank), gap(when), gap(colour), gap(flag)]))
    return "\n".join(lines) + "\n"


print("// Written by make_tables.py.\n\nimport KAN\n\nlet tableFixtures: [(text: String, table: Table)] = [")
for seed, rows, separator, decimal in [(1, 12, ",", "."), (2, 40, ",", "."), (3, 25, ";", ","), (4, 25, "\t", ".")]:
    text = table(seed, rows, separator, decimal)
    frame = pd.read_csv(
        io.StringIO(text), sep=separator, decimal=decimal, na_values=[*words, ""], keep_default_na=False, skipinitialspace=True,
        dtype={"when": str, "colour": str, "flag": str})
    frame.x = pd.to_numeric(frame.x)
    print("  (\n    " + swift(text) + ",\n    Table([")
    for name in ["x", "count"]:
        cells = ", ".join(number(v) for v in frame[name].astype(float))
        print(f'      Table.Column(name: "{name}", cells: .numbers([{cells}])),')
    times = pd.to_datetime(frame.when, format="ISO8601", utc=True)
    cells = ", ".join(".nan" if t is pd.NaT else repr(t.value / 10**9) for t in times)
    print(f'      Table.Column(name: "when", cells: .times([{cells}])),')
    for name, column in [("colour", frame.colour), ("flag", frame.flag.str.lower())]:
        codes = pd.Categorical(column)
        levels = ", ".join(swift(level) for level in codes.categories)
        cells = ", ".join(map(str, codes.codes))
        print(f'      Table.Column(name: "{name}", cells: .texts(codes: [{cells}], levels: [{levels}])),')
    print("    ])\n  ),")
print("]")
