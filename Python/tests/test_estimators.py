import pickle
import subprocess

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.estimator_checks import check_estimator
from swiftkan import KANClassifier, KANError, KANRegressor, load


@pytest.mark.parametrize("estimator", [KANRegressor(), KANClassifier()], ids=lambda value: type(value).__name__)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks(estimator):
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    counts = {status: sum(r["status"] == status for r in results) for status in {r["status"] for r in results}}
    print(type(estimator).__name__, counts)
    failed = [(r["check_name"], str(r["exception"])) for r in results if r["status"] in ("failed", "xfail")]
    assert not failed
    # scikit-learn's own switch for other kinds of arrays; everything else has run.
    assert {r["check_name"] for r in results if r["status"] == "skipped"} <= {"check_array_api_input"}


def frame(rows=300, seed=0):
    """A table with numbers, gaps, texts, categories, truth values and times."""
    rng = np.random.default_rng(seed)
    town = rng.choice(["Ulm", "Köln", "Jena"], rows)
    size = rng.uniform(20, 200, rows)
    size[rng.uniform(size=rows) < 0.1] = np.nan
    garden = rng.uniform(size=rows) < 0.4
    rooms = np.array(["one", "two", "three"])[rng.integers(0, 3, rows)]
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, rows), unit="D")
    price = np.nan_to_num(size, nan=90) * (1 + (town == "Köln")) + 30 * garden + rng.normal(0, 5, rows)
    return pd.DataFrame(
        {"size": size, "town": town, "rooms": pd.Categorical(rooms), "garden": garden,
         "day": day}), price


def test_the_tool_makes_the_same_model(tool, tmp_path):
    """To the bit: the parameters of `kan train` on the file of the same table."""
    X, y = frame()
    path, model = tmp_path / "houses.csv", tmp_path / "tool.safetensors"
    X.assign(price=y).to_csv(path, index=False)
    subprocess.run([tool, "train", path, "--save", model, "--json"], check=True, capture_output=True)
    own = KANRegressor().fit(X, y)
    other = load(model)
    assert (own.network_.parameters == other.network_.parameters).all()
    assert (own.predict(X) == other.predict(X)).all()
    low, high = own.predict_interval(X)
    text = subprocess.run(
        [tool, "predict", model, path, "--interval", "0.9"], check=True, capture_output=True, text=True).stdout
    table = np.loadtxt(text.splitlines()[1:], delimiter=",")
    assert np.allclose(table, np.stack([own.predict(X), low, high], axis=1), rtol=1e-6)


def test_the_tool_makes_the_same_classifier(tool, tmp_path):
    data = load_breast_cancer(as_frame=True)
    path, model = tmp_path / "cancer.csv", tmp_path / "tool.safetensors"
    data.frame.to_csv(path, index=False)
    subprocess.run([tool, "train", path, "--task", "classification", "--save", model], check=True, capture_output=True)
    own = KANClassifier().fit(data.data, data.target)
    other = load(model)
    assert (own.network_.parameters == other.network_.parameters).all()
    assert (own.predict_proba(data.data) == other.predict_proba(data.data)).all()
    assert other.classes_.tolist() == [0, 1]


def test_frames_of_pandas_and_polars_are_the_same():
    X, y = frame()
    first = KANRegressor().fit(X, y)
    other = pl.DataFrame({name: X[name].tolist() for name in X.columns})
    second = KANRegressor().fit(other, y)
    assert (first.predict(X) == second.predict(other)).all()
    assert first.score(X, y) > 0.95
    # Columns are found by their names; a text that the training did not have is treated like rare ones.
    strange = X.copy()
    strange.loc[0, "town"] = "Bonn"
    assert np.isfinite(first.predict(strange)).all()
    with pytest.raises(ValueError, match="feature names"):
        first.predict(X[["town", "size", "rooms", "garden", "day"]])
    with pytest.raises((ValueError, KANError)):
        first.predict(X.assign(size="large"))


def test_gaps_and_infinities_of_arrays():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = X[:, 0] + np.where(np.isnan(X[:, 1]), 1, 0)
    X[::7, 1] = np.nan
    model = KANRegressor().fit(X, y)
    assert np.isfinite(model.predict(X)).all()
    with pytest.raises(ValueError, match="infinity"):
        KANRegressor().fit(np.where(X > 2, np.inf, X), y)


def test_clones_pickles_pipelines_and_searches():
    X, y = load_diabetes(return_X_y=True)
    model = KANRegressor(random_state=3).fit(X, y)
    assert (pickle.loads(pickle.dumps(model)).predict(X) == model.predict(X)).all()
    assert not hasattr(clone(model), "network_") and clone(model).random_state == 3
    scores = cross_val_score(make_pipeline(StandardScaler(), KANRegressor()), X, y, n_jobs=2)
    assert scores.mean() > 0.4
    search = GridSearchCV(KANClassifier(n_jobs=1), {"grid": [4, 8]}, cv=3, n_jobs=2).fit(*load_iris(return_X_y=True))
    assert search.best_score_ > 0.93


def test_weights():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(120, 2))
    y = X[:, 0] + 0.1 * rng.normal(size=120)
    weights = rng.integers(0, 4, 120)
    repeated = KANRegressor().fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    order = rng.permutation(120)
    weighted = KANRegressor().fit(X[order], y[order], sample_weight=weights[order])
    assert (repeated.network_.parameters == weighted.network_.parameters).all()
    fractions = KANRegressor().fit(X, y, sample_weight=rng.uniform(0.1, 1, 120))
    assert fractions.score(X, y) > 0.9


def test_class_weights_move_the_boundary():
    rng = np.random.default_rng(1)
    X = np.concatenate([rng.normal(0, 1, (400, 2)), rng.normal(1.2, 1, (40, 2))])
    y = np.repeat([0, 1], [400, 40])
    recall = [
        (KANClassifier(class_weight=weight).fit(X, y).predict(X)[400:] == 1).mean()
        for weight in (None, "balanced", {0: 1, 1: 10})
    ]
    assert recall[1] > recall[0] + 0.2 and recall[2] > recall[0] + 0.2


def unequal(rows, seed=0):
    """Two classes that overlap, one row in ten of the second."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 10 == 0
    return rng.normal(0, 1, (rows, 2)) + y[:, None], y


def same(one, other):
    X = unequal(50, seed=9)[0]
    return np.allclose(one.predict_proba(X), other.predict_proba(X), rtol=0, atol=1e-5)


def test_class_weights_hold_when_a_training_goes_on():
    X, y = unequal(400)
    weights = compute_sample_weight("balanced", y)
    for go_on in (
        lambda model, own=None: model.set_params(warm_start=True).fit(X, y, own),
        lambda model, own=None: model.partial_fit(X, y, sample_weight=own),
    ):
        start = KANClassifier().fit(X, y)
        plain, balanced, given, weighed = (clone_of(start) for _ in range(4))
        go_on(plain)
        go_on(balanced.set_params(class_weight="balanced"))
        go_on(given.set_params(class_weight={False: 10 / 18, True: 5.0}))
        go_on(weighed, weights)
        assert not same(plain, balanced)
        assert np.mean(balanced.predict(X)) > np.mean(plain.predict(X))
        # scikit-learn's weights, n / (C n_c), by hand.
        assert same(balanced, weighed) and same(given, weighed)


def clone_of(model):
    return pickle.loads(pickle.dumps(model))


def test_partial_fits_are_balanced_by_all_rows():
    X, y = unequal(400)
    one, other = (KANClassifier(class_weight="balanced").fit(X, y) for _ in range(2))
    # As many rows of either class, of which there are 360 + 20 and 40 + 20 by now.
    few, of = np.concatenate([X[y][:20], X[~y][:20]]), np.arange(40) < 20
    one.partial_fit(few, of)
    other.set_params(class_weight=None).partial_fit(few, of, sample_weight=np.where(of, 440 / (2 * 60), 440 / (2 * 380)))
    assert same(one, other)
    # Dictionaries are by all classes too, whichever of them these rows have, and classes they lack have 1.
    three = KANClassifier(class_weight={"a": 2, "b": 3}).fit(X, np.where(y, "a", np.where(X[:, 0] > 0, "b", "c")))
    three.partial_fit(X[:30], np.repeat(["a", "c"], 15))
    with pytest.raises(ValueError, match="class_weight has to be numbers from 0 on"):
        KANClassifier(class_weight={False: -1.0, True: 1.0}).fit(X, y)
    with pytest.raises(ValueError, match="class_weight 'equal' is neither"):
        one.set_params(class_weight="equal").partial_fit(X, y)


def test_warm_starts_and_partial_fits_go_on():
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, (400, 2))
    y = np.sin(3 * X[:, 0]) + X[:, 1] ** 2
    model = KANRegressor().fit(X, y)
    moved = y + 1
    for _ in range(30):
        model.partial_fit(X, moved)
    assert np.mean((model.predict(X) - moved) ** 2) < 0.1
    model.set_params(warm_start=True, early_stopping=True).fit(X, y)
    assert np.mean((model.predict(X) - y) ** 2) < 0.1
    classes = KANClassifier()
    classes.partial_fit(X, y > 0, classes=[False, True])
    classes.partial_fit(X, y > 0)
    assert classes.score(X, y > 0) > 0.95


def test_several_targets_have_their_own_columns():
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, (300, 2))
    Y = np.stack([X[:, 0] ** 2, np.sin(3 * X[:, 1])], axis=1)
    model = KANRegressor().fit(X, Y)
    assert model.predict(X).shape == (300, 2)
    assert model.score(X, Y) > 0.98


def test_monotone_columns_are():
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, (300, 2))
    y = X[:, 0] ** 3 + rng.normal(0, 0.3, 300)
    model = KANRegressor(monotone={"x0": 1}).fit(X, y)
    line = np.stack([np.linspace(-2, 2, 200), np.zeros(200)], axis=1)
    assert (np.diff(model.predict(line)) >= -1e-6).all()


def test_model_files_come_back_as_estimators(tmp_path):
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = KANClassifier().fit(X, names)
    model.save(tmp_path / "iris.safetensors")
    other = load(tmp_path / "iris.safetensors")
    assert other.classes_.tolist() == model.classes_.tolist()
    assert (other.predict(X) == model.predict(X)).all()
    with pytest.raises(KANError, match="interval"):
        KANRegressor(holdout=0).fit(X, X[:, 0] * X[:, 1]).predict_interval(X)


def test_numbers_of_threads_do_not_matter():
    X, y = load_diabetes(return_X_y=True)
    one, two = (KANRegressor(n_jobs=jobs).fit(X, y).network_.parameters for jobs in (1, 2))
    assert (one == two).all()


def test_additive_models_have_no_networks():
    X, y = load_breast_cancer(return_X_y=True)
    model = KANClassifier(effort="additive").fit(X, y)
    assert {member["name"] for member in model.choice_["members"]} <= {"constant", "linear", "additive"}
    assert not model.choice_["isInterrupted"] and "interrupted" not in model.choice_["why"]
    assert model.score(X, y) > 0.97
    with pytest.raises(KANError, match="effort"):
        KANClassifier(effort="none").fit(X, y)


def test_looking_into_a_model(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.uniform(-1, 1, 400), "b": rng.uniform(-1, 1, 400), "c": rng.uniform(-1, 1, 400)})
    y = 3 * X["a"] ** 2 + X["b"]
    model = KANRegressor(precision="double").fit(X, y)
    importances = model.feature_importances_
    assert importances.argmax() in (0, 1) and importances[2] < 0.05 and importances.sum() == pytest.approx(1)
    explained = {entry["name"]: entry for entry in model.explain(X)["inputs"]}
    assert explained["c"]["share"] < 0.01 < explained["b"]["share"]
    assert model.plot(X).text.startswith("<svg") and "<svg" in model._repr_html_()
    model.report(X, y, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text().lstrip().lower().startswith("<!doctype html")
    front = model.formula(X, y)[0]["front"]
    assert min(member["rmse"] for member in front) < 0.05
    if "smooth" not in model.choice_["why"]:
        with pytest.raises(KANError, match="no layer has a grid"):
            model.refine(X, 20)
    result = model.prune(X, y, inputs=2)
    assert result["inputsRemoved"] == [2] and model.score(X, y) > 0.98
    with pytest.raises(KANError, match="positive"):
        model.prune(X, y, inputs=2, edges=1)
