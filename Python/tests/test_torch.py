import copy
import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed; WITH_TORCH=1 scripts/test-python installs it")
from swiftkan import Network  # noqa: E402
from swiftkan.torch import KAN, KANLayer  # noqa: E402


@pytest.mark.parametrize("basis", ["spline", "chebyshev", "gaussian", "linear"])
def test_gradients_are_differences(basis):
    model = KAN([3, 4, 2], basis=basis, seed=1, dtype=torch.float64)
    x = torch.rand(5, 3, dtype=torch.float64, requires_grad=True) * 1.8 - 0.9
    assert torch.autograd.gradcheck(
        lambda x, p: torch.func.functional_call(model, {"weight": p}, (x,)),
        (x.detach().requires_grad_(), model.weight.detach().clone().requires_grad_()))


def test_it_is_the_network():
    model = KAN([3, 5, 2], seed=4, grid_range=(0, 2))
    x = torch.rand(20, 3) * 2
    network = Network([3, 5, 2], seed=4, ranges=(0, 2))
    assert np.allclose(model(x).detach().numpy(), network.predict(x.numpy()), atol=1e-6)
    with torch.no_grad():
        model.weight.mul_(1.5)
    assert np.allclose(model.network().predict(x.numpy()), model(x).detach().numpy(), atol=1e-6)


def test_passes_may_interleave():
    model = KAN([2, 3, 1], seed=1)
    a, b = torch.rand(7, 2), torch.rand(30, 2)

    def gradient(loss):
        model.zero_grad()
        loss.backward()
        return model.weight.grad.clone()

    first, second = gradient(model(a).sum()), gradient(model(b).square().sum())
    ya, yb = model(a), model(b)
    with torch.no_grad():
        model(torch.rand(100, 2))
    assert torch.allclose(gradient(ya.sum()), first, atol=1e-5)
    assert torch.allclose(gradient(yb.square().sum()), second, atol=1e-4)
    # Gradients by inputs alone, for a network behind another.
    x = a.clone().requires_grad_()
    (dx,) = torch.autograd.grad(model(x).sum(), x)
    assert dx.shape == a.shape


def test_state_copies_and_pickles():
    model = KAN([2, 3, 1], seed=1)
    x = torch.rand(10, 2)
    other = KAN([2, 3, 1], seed=2)
    assert not torch.equal(model(x), other(x))
    other.load_state_dict(model.state_dict())
    for same in (other, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(model(x), same(x))
    assert torch.allclose(copy.deepcopy(model).double()(x.double()).float(), model(x), atol=1e-5)
    assert model(torch.zeros(4, 5, 2)).shape == (4, 5, 1) and model(torch.zeros(0, 2)).shape == (0, 1)


def test_modules_of_networks():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 5, (100, 2))
    network = Network([2, 3, 1], precision="double", seed=1)
    network.train(x, np.sin(x[:, 0]) + x[:, 1], epochs=3)
    model = KAN.of(network)
    rows = torch.from_numpy(x).requires_grad_()
    y = model(rows)
    assert np.allclose(y.detach().numpy(), network.predict(x))
    y.sum().backward()
    dx, dp = network.vjp(x, np.ones((100, 1)))
    assert np.allclose(rows.grad.numpy(), dx) and np.allclose(model.weight.grad.numpy(), dp)
    assert torch.equal(pickle.loads(pickle.dumps(model))(rows), y) and repr(model)
    with pytest.raises(TypeError):
        copy.deepcopy(model).float()(rows.float())


def test_second_derivatives_are_refused():
    model = KANLayer(2, 1)
    x = torch.rand(3, 2, requires_grad=True)
    (dx,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
    with pytest.raises(NotImplementedError, match="second derivatives"):
        dx.sum().backward()


def test_faults_are_exceptions():
    model = KAN([2, 1])
    for x, kind in [(torch.zeros(3, 4), ValueError), (torch.zeros(3, 2).double(), TypeError),
                    (torch.zeros(3, 2, device="meta"), TypeError)]:
        with pytest.raises(kind):
            model(x)
    with pytest.raises(TypeError):
        KAN([2, 1], dtype=torch.float16)


def test_examples():
    import doctest

    import swiftkan.torch

    found = doctest.testmod(swiftkan.torch)
    assert found.failed == 0 and found.attempted > 5
