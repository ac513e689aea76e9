"""Tables with all that a model can learn: texts, dates, gaps, true and false, magnitudes. make_tables.py FOLDER"""
import sys

import numpy as np

generator = np.random.default_rng(0)
rows = 400


def gaps(words, share):
    return ["" if generator.random() < share else word for word in words]


area = generator.uniform(20, 200, rows)
size = np.exp(generator.normal(0, 4, rows))
town = generator.choice(["Ulm", "Köln", "a \"b\", c", "Bath"], rows, p=[0.4, 0.3, 0.2, 0.1])
garden = generator.random(rows) < 0.5
days = generator.integers(10000, 14000, rows)
floors = generator.integers(1, 5, rows)
price = area * (1 + (town == "Ulm")) + 20 * garden + np.log(size) + 5 * np.sin(days / 58) + 3 * floors
dates = [str(np.datetime64(int(day), "D")) for day in days]


def write(name, columns):
    with open(f"{sys.argv[1]}/{name}.csv", "w") as file:
        file.write(",".join(columns) + "\n")
        for row in zip(*columns.values()):
            cells = [str(cell) for cell in row]
            file.write(",".join('"' + cell.replace('"', '""') + '"' if "," in cell else cell for cell in cells) + "\n")


inputs = {
    "area": gaps([repr(float(value)) for value in area], 0.05), "size": gaps([repr(float(value)) for value in size], 0.05),
    "town": gaps(list(town), 0.05), "garden": gaps(["yes" if value else "no" for value in garden], 0.05), "sold": gaps(dates, 0.05),
    "floors": floors}
write("houses", inputs | {"price": price + 1e6})
write("kinds", inputs | {"kind": np.where(price > 250, "dear", np.where(price > 120, "fair, really", "cheap"))})
write("plain", {"a": area, "b": floors, "y": area * floors})
write("counts", {"a": area, "town": town, "n": generator.poisson(area / 20)})
write("odds", {"a": area, "b": floors, "y": (area + 20 * generator.normal(size=rows) > 100).astype(int)})
# A formula that its network finds: one that it did not find would add and subtract what is far larger than the result.
write("waves", {"a": area, "b": size.clip(0.1, 10), "y": np.exp(np.sin(area / 40)) + np.log(size.clip(0.1, 10))})
