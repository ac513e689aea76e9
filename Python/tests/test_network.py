import copy
import pickle

import numpy as np
import pytest
from swiftkan import KANError, Layer, Network


@pytest.mark.parametrize("precision", ["float", "double"])
def test_spline_layer_is_the_sum_of_its_functions(precision, rng):
    """The same from numpy alone: the de Boor recursion on an extended uniform grid, and SiLU."""
    grid, degree, inputs, outputs = 5, 3, 3, 2
    network = Network([inputs, outputs], grid=grid, degree=degree, precision=precision, seed=3)
    x = rng.uniform(-1, 1, (50, inputs))
    step = 2 / grid
    knots = -1 + step * np.arange(-degree, grid + degree + 1)
    values = [((knots[i] <= x) & (x < knots[i + 1])).astype(float) for i in range(len(knots) - 1)]
    for k in range(1, degree + 1):
        values = [
            (x - knots[i]) / (k * step) * values[i] + (knots[i + k + 1] - x) / (k * step) * values[i + 1]
            for i in range(len(values) - 1)
        ]
    functions = np.stack(values + [x / (1 + np.exp(-x))], axis=2)
    weights = network.parameters[:-outputs].astype(float).reshape(inputs * (grid + degree + 1), outputs)
    # Which place the base function has is the layer's own business: find it by the sum of splines being 1.
    candidates = [functions, np.concatenate([functions[:, :, -1:], functions[:, :, :-1]], axis=2)]
    y = network.forward(x.astype(network.dtype)).astype(float)
    errors = [np.abs(f.reshape(50, -1) @ weights - y).max() for f in candidates]
    assert min(errors) < (1e-5 if precision == "float" else 1e-12)


@pytest.mark.parametrize("basis", ["spline", "chebyshev", "gaussian", "fourier", "hat", "linear"])
def test_gradients_are_differences(basis, rng):
    network = Network([3, 4, 2], basis=basis, precision="double", seed=1, activation="tanh")
    x, dy = rng.uniform(-0.9, 0.9, (5, 3)), rng.normal(size=(5, 2))
    dx, dp = network.vjp(x, dy)
    value = lambda net, x: float((net.forward(x) * dy).sum())
    for place in [(0, 0), (2, 1), (4, 2)]:
        h = np.zeros_like(x)
        h[place] = 1e-6
        assert dx[place] == pytest.approx((value(network, x + h) - value(network, x - h)) / 2e-6, rel=1e-5, abs=1e-7)
    for place in [0, network.parameter_count // 2, network.parameter_count - 1]:
        moved = []
        for sign in (1, -1):
            other = network.copy()
            parameters = other.parameters
            parameters[place] += sign * 1e-6
            other.parameters = parameters
            moved.append(value(other, x))
        assert dp[place] == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-5, abs=1e-7)
    jacobian = network.jacobian(x)
    assert np.allclose(np.einsum("ro,roi->ri", dy, jacobian), dx, atol=1e-10)


def test_training_stops_by_callback_and_goes_on(rng):
    x = rng.uniform(-1, 1, (200, 2))
    y = np.sin(3 * x[:, 0]) + x[:, 1]
    seen = []

    def callback(progress):
        seen.append(progress)
        return progress.ends_epoch and progress.done >= 3

    network = Network([2, 4, 1], seed=1)
    history = network.train(x, y, epochs=10, callback=callback)
    assert history["end"] == "stopped" and len(history["epochs"]) == 3
    whole, parts = Network([2, 4, 1], seed=1), network
    whole.train(x, y, epochs=10)
    parts.train(x, y, epochs=10, resume=True)
    assert (whole.parameters == parts.parameters).all()


def test_exception_of_a_callback_is_raised(rng):
    def callback(progress):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        Network([2, 1]).train(rng.uniform(-1, 1, (50, 2)), rng.normal(size=50), callback=callback)


def test_arrays_of_any_layout(rng):
    network = Network([3, 2], seed=1)
    x = rng.uniform(-1, 1, (20, 3)).astype(np.float32)
    expected = network.predict(x)
    for other in [x.astype(float), np.asfortranarray(x), x[::-1][::-1], np.repeat(x, 2, axis=1)[:, ::2], x.tolist()]:
        assert np.allclose(network.predict(other), expected, atol=1e-6)
    assert np.allclose(network.predict(x[::2]), expected[::2], atol=1e-6)
    assert network.predict(x[:0]).shape == (0, 2)
    assert network.predict(x[0]).shape == (1, 2)


def test_finer_grids_keep_the_outputs(rng):
    x = rng.uniform(-1, 1, (300, 2))
    network = Network([2, 3, 1], precision="double", seed=1)
    network.train(x, np.sin(2 * x[:, 0]) * x[:, 1], method="lm", epochs=10)
    before, count = network.predict(x), network.parameter_count
    assert network.refine(x, 10) < 1e-6
    assert np.allclose(network.predict(x), before, atol=1e-6) and network.parameter_count > count


def test_files_copies_and_pickles(tmp_path, rng):
    x = rng.uniform(-1, 1, (20, 2))
    network = Network([Layer(2, 3, products=1), Layer(3, 1, basis="gaussian")], precision="double", seed=5)
    network.train(x, x[:, :1] * x[:, 1:], epochs=2)
    path = tmp_path / "model.safetensors"
    network.save(path)
    for other in [Network.load(path), pickle.loads(pickle.dumps(network)), copy.deepcopy(network)]:
        assert (other.predict(x) == network.predict(x)).all()
    other.parameters = np.zeros(other.parameter_count)
    assert not (other.parameters == network.parameters).all()


@pytest.mark.parametrize(
    "fault, kind",
    [
        (lambda: Network([2]), KANError),
        (lambda: Network([2, 0]), KANError),
        (lambda: Network([2, 1], basis="none"), KANError),
        (lambda: Network([1000000, 1000000, 1000000]), KANError),
        (lambda: Network([2, 1], degree=9), KANError),
        (lambda: Network([2, 1], precision="half"), KANError),
        (lambda: Network([2, 1], ranges=(1, 1)), KANError),
        (lambda: Network([2, 1], seed=-1), KANError),
        (lambda: Network([2, 1]).predict(np.zeros((3, 5))), KANError),
        (lambda: Network([2, 1]).predict(np.zeros((3, 5, 2))), ValueError),
        (lambda: Network([2, 1]).train(np.zeros((3, 2)), np.zeros((4, 1))), KANError),
        (lambda: Network([2, 1]).train(np.zeros((0, 2)), np.zeros((0, 1))), KANError),
        (lambda: Network([2, 1]).train(np.full((3, 2), np.nan), np.zeros(3)), KANError),
        (lambda: Network([2, 1]).train(np.zeros((3, 2)), np.zeros(3), sample_weight=[-1, 1, 1]), KANError),
        (lambda: Network([2, 1]).train(np.zeros((3, 2)), np.full(3, 7), task="classification"), KANError),
        (lambda: Network([2, 1]).train(np.zeros((3, 2)), np.zeros(3), method="none"), KANError),
        (lambda: Network([2, 1]).train(np.zeros((3, 2)), np.zeros(3), grids=[5, 3]), KANError),
        (lambda: Network([2, 1]).train(np.zeros((3, 2)), np.zeros(3), epochs=-1), KANError),
        (lambda: Network([2, 1]).curve(0, 5, 0, [0.0]), KANError),
        (lambda: Network([2, 1]).curve(3, 0, 0, [0.0]), KANError),
        (lambda: Network.load("/nowhere/x"), FileNotFoundError),
        (lambda: Network.from_bytes(b"no model"), KANError),
        (lambda: Network([2, 1]).save("/nowhere/x"), OSError),
    ],
)
def test_faults_are_exceptions(fault, kind):
    with pytest.raises(kind):
        fault()
