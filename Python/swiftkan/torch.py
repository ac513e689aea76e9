"""A module for PyTorch whose forward and backward passes run in the engine, on CPUs.

>>> import torch
>>> from swiftkan.torch import KAN
>>> torch.manual_seed(0)  # doctest: +ELLIPSIS
<torch...>
>>> model = KAN([2, 5, 1])
>>> x = torch.rand(256, 2) * 2 - 1
>>> y = torch.sin(3 * x[:, :1]) * x[:, 1:]
>>> optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
>>> for _ in range(300):
...     optimizer.zero_grad()
...     loss = torch.nn.functional.mse_loss(model(x), y)
...     loss.backward()
...     optimizer.step()
>>> bool(loss < 1e-3)
True
"""

from __future__ import annotations

import os
import threading
from ctypes import byref, c_void_p
from typing import Any, Sequence

import torch
from torch import nn

from ._library import FLOAT32, FLOAT64, Array, Handle, call
from ._network import Layer, Network

_types = {torch.float32: FLOAT32, torch.float64: FLOAT64}


def _borrowed(x: torch.Tensor) -> Array:
    rows, columns = x.shape if x.dim() == 2 else (x.shape[0], 1)
    size = x.element_size()
    return Array(x.data_ptr(), rows, columns, columns * size, size, _types[x.dtype])


class _Passes:
    """The engine's memory for the passes of one module."""

    def __init__(self, network: Network, rows: int) -> None:
        pointer = c_void_p()
        call("session_make", network._pointer, rows, network.threads, byref(pointer))
        self._handle = Handle(pointer.value, "session_free")
        self.pointer = self._handle.pointer
        self.rows = rows
        self.process = os.getpid()
        # Which forward pass the memory is of.
        self.passes = 0

    def forward(self, x: torch.Tensor, p: torch.Tensor, y: torch.Tensor) -> int:
        call("session_forward", self.pointer, _borrowed(p), _borrowed(x), _borrowed(y))
        self.passes += 1
        return self.passes


class _Evaluate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, p: torch.Tensor, module: KAN) -> torch.Tensor:
        y = x.new_empty(x.shape[0], module.widths[-1])
        with module._lock:
            passes = module._passes(x)
            ctx.number = passes.forward(x, p, y)
        ctx.passes, ctx.module = passes, module
        ctx.save_for_backward(x, p)
        return y

    @staticmethod
    def backward(ctx: Any, dy: torch.Tensor) -> Any:
        x, p = ctx.saved_tensors
        dx, dp = _Differentiate.apply(dy, x, p, ctx)
        return dx if ctx.needs_input_grad[0] else None, dp if ctx.needs_input_grad[1] else None, None


class _Differentiate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, dy: torch.Tensor, x: torch.Tensor, p: torch.Tensor, first: Any) -> Any:
        dy = dy.contiguous()
        wants_x, wants_p = first.needs_input_grad[:2]
        dx = torch.empty_like(x) if wants_x else None
        dp = torch.empty_like(p) if wants_p else None
        module = first.module
        with module._lock:
            passes = first.passes
            if passes.passes != first.number or passes.process != os.getpid():
                # Another forward pass has used the memory since.
                passes = module._passes(x)
                passes.forward(x, p, x.new_empty(dy.shape))
            call(
                "session_backward", passes.pointer, _borrowed(dy), None if dx is None else _borrowed(dx),
                None if dp is None else _borrowed(dp))
        return dx, dp

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        raise NotImplementedError(
            "swiftkan.torch has no second derivatives by autograd (create_graph=True): Network.jacobian gives first ones at "
            "once, and the engine's training needs none")


class KAN(nn.Module):
    """A Kolmogorov-Arnold network as a module, in the place of efficient-kan's ``KAN`` and inKAN's ``KANNetwork``.

    Parameters
    ----------
    widths : sequence of int
        From the inputs to the outputs.
    grid_size : int
        Intervals of the grids.
    spline_order : int
        Degree of the splines, 1 to 5.
    grid_range : pair of float
        What the grids cover; the first layer's curves go on as lines outside.
    basis : str
        See `Layer`.
    seed : int, optional
        Of the initial parameters; by torch's generator without.
    dtype : torch.float32 or torch.float64, optional
    threads : int
        0 for all cores.

    Attributes
    ----------
    weight : Parameter, [parameters]
        Of all layers, in the order of `Network.parameters`.

    Notes
    -----
    Inputs are [..., widths[0]], outputs [..., widths[-1]]. Second derivatives by autograd are refused.
    """

    def __init__(
        self,
        widths: Sequence[int],
        *,
        grid_size: int = 5,
        spline_order: int = 3,
        grid_range: tuple[float, float] | Sequence[float] = (-1.0, 1.0),
        basis: str = "spline",
        activation: str = "identity",
        seed: int | None = None,
        dtype: torch.dtype | None = None,
        threads: int = 0,
    ) -> None:
        super().__init__()
        self.widths = [int(width) for width in widths]
        self.grid_range = (float(grid_range[0]), float(grid_range[1]))
        last = len(self.widths) - 2
        self.layers = [
            Layer(a, b, basis, grid_size, spline_order, "identity" if place == last else activation)
            for place, (a, b) in enumerate(zip(self.widths, self.widths[1:]))
        ]
        self.threads = threads
        self._source: bytes | None = None
        seed = int(torch.randint(2**31, ())) if seed is None else seed
        dtype = dtype or torch.get_default_dtype()
        self._drop()
        network = self._network(dtype, seed)
        self.weight = nn.Parameter(torch.from_numpy(network.parameters.copy()))

    @classmethod
    def of(cls, network: Network) -> KAN:
        """A module with a network's layers, scalings and parameters, such as one of `swiftkan.convert`.

        >>> import torch
        >>> from swiftkan import Network
        >>> from swiftkan.torch import KAN
        >>> KAN.of(Network([2, 3, 1], seed=1))(torch.zeros(4, 2)).shape
        torch.Size([4, 1])
        """
        module = KAN.__new__(KAN)
        nn.Module.__init__(module)
        layers = network.description["layers"]
        module.widths = [layers[0]["inputs"]] + [layer["outputs"] for layer in layers]
        module.layers, module.threads, module._source = [], network.threads, network.to_bytes()
        module._drop()
        module.weight = nn.Parameter(torch.from_numpy(network.parameters.copy()))
        return module

    def _drop(self) -> None:
        self._networks: dict[torch.dtype, Network] = {}
        self._memory: dict[torch.dtype, _Passes] = {}
        self._lock = threading.Lock()

    def _network(self, dtype: torch.dtype, seed: int = 0) -> Network:
        if dtype not in _types:
            raise TypeError(f"swiftkan.torch computes in float32 and float64, not in {dtype}")
        if dtype not in self._networks and self._source is not None:
            network = Network.from_bytes(self._source, self.threads)
            if dtype != (torch.float64 if network.dtype.itemsize == 8 else torch.float32):
                raise TypeError(f"the network of this module is in {network.dtype}, not in {dtype}")
            self._networks[dtype] = network
        if dtype not in self._networks:
            is_unit = self.grid_range == (-1.0, 1.0)
            self._networks[dtype] = Network(
                self.layers, ranges=None if is_unit else self.grid_range, seed=seed, threads=self.threads,
                precision="float" if dtype == torch.float32 else "double")
        return self._networks[dtype]

    def _passes(self, x: torch.Tensor) -> _Passes:
        found = self._memory.get(x.dtype)
        if found is None or found.rows < x.shape[0] or found.process != os.getpid():
            found = _Passes(self._network(x.dtype), x.shape[0])
            self._memory[x.dtype] = found
        return found

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[..., inputs] to [..., outputs]"""
        if x.device.type != "cpu" or self.weight.device.type != "cpu":
            raise TypeError(f"swiftkan.torch runs on CPUs, and a tensor is on {x.device}")
        if x.shape[-1] != self.widths[0]:
            raise ValueError(f"inputs of shape {tuple(x.shape)} for a network of {self.widths[0]} inputs")
        if x.dtype != self.weight.dtype:
            raise TypeError(f"inputs of {x.dtype} for parameters of {self.weight.dtype}")
        rows = x.reshape(-1, self.widths[0]).contiguous()
        if rows.shape[0] == 0:
            return x.new_empty(*x.shape[:-1], self.widths[-1])
        y = _Evaluate.apply(rows, self.weight, self)
        return y.reshape(*x.shape[:-1], self.widths[-1])

    def network(self) -> Network:
        """A `Network` with the present parameters, for files, derivatives and the engine's own training."""
        network = self._network(self.weight.dtype).copy()
        network.parameters = self.weight.detach().numpy()
        return network

    def extra_repr(self) -> str:
        if not self.layers:
            return f"{self.widths}"
        layer = self.layers[0]
        return f"{self.widths}, grid_size={layer.grid}, spline_order={layer.degree}, basis={layer.basis!r}"

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        for name in ("_networks", "_memory", "_lock"):
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._drop()

    def __deepcopy__(self, memo: Any) -> KAN:
        import copy

        other = self.__class__.__new__(self.__class__)
        other.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return other


class KANLayer(KAN):
    """One layer, in the place of efficient-kan's ``KANLinear`` and inKAN's ``KANLayer``.

    >>> import torch
    >>> from swiftkan.torch import KANLayer
    >>> KANLayer(784, 64)(torch.zeros(32, 784)).shape
    torch.Size([32, 64])
    """

    def __init__(self, in_features: int, out_features: int, **options: Any) -> None:
        super().__init__([in_features, out_features], **options)
        self.in_features, self.out_features = in_features, out_features
