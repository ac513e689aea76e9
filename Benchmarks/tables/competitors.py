"""scikit-learn's models in their defaults, each behind the preparation that a careful user gives it."""

from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import (HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, SplineTransformer, StandardScaler

FEWEST = 5
"""A level of fewer rows shares a column with others of its kind: too few to estimate anything from."""

THREADS = 2
numbers = make_column_selector(dtype_include="number")
texts = make_column_selector(dtype_exclude="number")


def prepared(*steps):
    """Gaps filled by the median and marked, then `steps`; texts as indicators."""
    return ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), *steps), numbers),
        ("texts", make_pipeline(
            SimpleImputer(strategy="constant", fill_value="missing", missing_values=None),
            OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=FEWEST, sparse_output=False)), texts),
    ])


def boosting(is_regression, seed, inputs):
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=float("nan"), min_frequency=FEWEST, max_categories=254)
    columns = ColumnTransformer([("texts", codes, texts), ("numbers", "passthrough", numbers)])
    make = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
    return make_pipeline(columns, make(categorical_features=range(len(texts(inputs))), random_state=seed))


def forest(is_regression, seed, inputs):
    make = RandomForestRegressor if is_regression else RandomForestClassifier
    return make_pipeline(prepared(), make(random_state=seed, n_jobs=THREADS))


def splines(is_regression, seed, inputs):
    bends = (VarianceThreshold(), StandardScaler(), SplineTransformer())
    return make_pipeline(prepared(*bends), RidgeCV() if is_regression else LogisticRegression(max_iter=1000))


def perceptron(is_regression, seed, inputs):
    model = (
        TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler())
        if is_regression else MLPClassifier(random_state=seed))
    return make_pipeline(prepared(StandardScaler()), model)


def linear(is_regression, seed, inputs):
    return make_pipeline(prepared(StandardScaler()), Ridge() if is_regression else LogisticRegression(max_iter=1000))


ALL = {
    "linear": linear,
    "splines+ridge": splines,
    "HistGradientBoosting": boosting,
    "random forest": forest,
    "MLP": perceptron,
}
