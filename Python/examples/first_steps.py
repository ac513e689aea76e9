# %% [markdown]
# # First steps
# A table with numbers, texts and gaps; a model; what it says, and why. Editors show this file as a notebook.

# %%
import numpy as np
import pandas as pd
from swiftkan import KANRegressor, Network, load

rng = np.random.default_rng(0)
rows = 1000
houses = pd.DataFrame({
    "size": rng.uniform(30, 200, rows),
    "age": rng.uniform(0, 100, rows),
    "town": rng.choice(["Jena", "Köln", "Ulm"], rows),
})
houses.loc[::20, "age"] = np.nan
price = 3 * houses["size"] + 50 * np.cos(houses["age"].fillna(50) / 30) + 80 * (houses["town"] == "Köln")
price += rng.normal(0, 5, rows)

# %% [markdown]
# ## A model
# Everything is chosen by the data; `choice_` says what, and why.

# %%
train, test = np.arange(800), np.arange(800, 1000)
model = KANRegressor().fit(houses.iloc[train], price[train])
print(model.choice_["why"])
print("R² on fresh rows:", round(model.score(houses.iloc[test], price[test]), 4))
assert model.score(houses.iloc[test], price[test]) > 0.98

# %%
lower, upper = model.predict_interval(houses.iloc[test], level=0.9)
inside = np.mean((lower <= price[test]) & (price[test] <= upper))
print(f"{inside:.0%} of fresh prices lie in their intervals")
assert inside > 0.8

# %% [markdown]
# ## Why
# The share of each column in the variance of the price, and the curve of its effect.

# %%
for column in model.explain(houses.iloc[test])["inputs"]:
    print(f"{column['name']:<12} {column['share']:.3f}")
model.plot(houses.iloc[test])

# %% [markdown]
# ## Files
# The same file for `kan predict`, for this package and for `pickle`.

# %%
import os
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "houses.safetensors")
    model.save(path)
    assert (load(path).predict(houses) == model.predict(houses)).all()

# %% [markdown]
# ## Layers by hand
# A formula of two variables, by second-order training on finer and finer grids.

# %%
x = rng.uniform(-1, 1, (1000, 2))
y = np.exp(np.sin(np.pi * x[:, 0]) + x[:, 1] ** 2)
network = Network([2, 1, 1], precision="double", seed=1)
network.train(x, y, method="lm", grids=[5, 10, 20], epochs=30)
fresh = rng.uniform(-0.95, 0.95, (1000, 2))
truth = np.exp(np.sin(np.pi * fresh[:, 0]) + fresh[:, 1] ** 2)
error = np.sqrt(np.mean((network.predict(fresh)[:, 0] - truth) ** 2))
print("error on fresh points:", error)
assert error < 1e-3
network.plot()
