import numpy as np
import pytest
from swiftkan import convert


def bases(x, knots, degree):
    """The Cox-de Boor recursion as efficient-kan writes it: [rows × in × G + k]"""
    x = x[:, :, None]
    values = ((x >= knots[:, :-1]) & (x < knots[:, 1:])).astype(float)
    for k in range(1, degree + 1):
        left = (x - knots[:, : -k - 1]) / (knots[:, k:-1] - knots[:, : -k - 1])
        right = (knots[:, k + 1 :] - x) / (knots[:, k + 1 :] - knots[:, 1:-k])
        values = left * values[:, :, :-1] + right * values[:, :, 1:]
    return values


def silu(x):
    return x / (1 + np.exp(-x))


@pytest.mark.parametrize("is_even", [True, False])
@pytest.mark.parametrize("degree", [2, 3])
def test_efficient_kan(degree, is_even, rng):
    """Its forward pass from numpy, inside, between, and beyond the outer knots."""
    grid, widths, state = 5, [3, 4, 2], {}
    for place, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        steps = np.full((inputs, grid + 2 * degree), 0.4)
        if not is_even:
            steps *= rng.uniform(0.5, 1.5, steps.shape)
        knots = -1.2 - 0.4 * (degree - 0.5) + np.concatenate([np.zeros((inputs, 1)), np.cumsum(steps, axis=1)], axis=1)
        state[f"layers.{place}.grid"] = knots
        state[f"layers.{place}.base_weight"] = rng.normal(size=(outputs, inputs))
        state[f"layers.{place}.spline_weight"] = rng.normal(size=(outputs, inputs, grid + degree))
        state[f"layers.{place}.spline_scaler"] = rng.normal(size=(outputs, inputs))
    x = rng.uniform(-3, 3, (200, 3))
    y = x
    for place in range(2):
        weight = state[f"layers.{place}.spline_weight"] * state[f"layers.{place}.spline_scaler"][:, :, None]
        y = silu(y) @ state[f"layers.{place}.base_weight"].T + np.einsum(
            "rik,oik->ro", bases(y, state[f"layers.{place}.grid"], degree), weight)
    assert np.allclose(convert.from_efficient_kan(state, "double").predict(x), y, atol=1e-9)
    assert np.allclose(convert.from_efficient_kan(state).predict(x), y, atol=2e-5)


def test_inkan():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    inkan = pytest.importorskip("inkan", reason="inKAN is not installed")
    torch.manual_seed(0)
    model = inkan.KANNetwork([3, 5, 2], grid_size=6, compile_basis=False, grid_range=(-2, 2)).double()
    x = torch.rand(100, 3, dtype=torch.float64) * 8 - 4
    expected = model(x).detach().numpy()
    assert np.abs(convert.from_inkan(model, "double").predict(x.numpy()) - expected).max() < 1e-6


def test_pykan():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    kan = pytest.importorskip("kan", reason="pykan is not installed")
    torch.set_default_dtype(torch.float64)
    try:
        model = kan.KAN(width=[2, 4, 1], grid=4, k=3, seed=1, auto_save=False)
        x = torch.rand(100, 2) * 2 - 1
        model.fit({"train_input": x, "train_label": (x[:, :1] * x[:, 1:]), "test_input": x, "test_label": x[:, :1]},
                  steps=5, update_grid=True)
        expected = model(x).detach().numpy()
    finally:
        torch.set_default_dtype(torch.float32)
    assert np.abs(convert.from_pykan(model, "double").predict(x.numpy()) - expected).max() < 1e-6


def test_faults_are_exceptions():
    with pytest.raises(ValueError, match="spline_weight"):
        convert.from_efficient_kan({"weight": np.zeros(3)})
