"""The peers: networks whose forward pass and training step are timed as those of `throughput` are."""

import ctypes
import sys
import time

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "identity": nn.Identity}


def keep_memory():
    """Lets glibc's allocator keep large blocks. It would give them back to the system and fetch them page by page anew
    at every step, which takes inKAN a quarter of its time on large layers, or not, as the heap happens to stand."""
    if sys.platform == "linux":
        mallopt = ctypes.CDLL(None).mallopt
        M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
        mallopt(M_MMAP_MAX, 0)


def multilayer_perceptron(widths, activation):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


def inkan(widths, grid, compiled):
    from inkan import KANNetwork

    return KANNetwork(widths, grid_size=grid, compile_basis=compiled)


class Peer:
    """A module with a batch of random rows, as `TimedNetwork` of the Swift side is."""

    def __init__(self, name, module, widths, batch, setting):
        self.name, self.widths, self.batch, self.setting = name, widths, batch, setting
        self.module = module
        self.parameters = list(module.parameters())
        self.inputs = torch.rand(batch, widths[0]) * 2 - 1
        self.targets = torch.randn(batch, widths[-1])
        self.forward_times, self.step_times = [], []

    def count(self):
        return sum(p.numel() for p in self.parameters)

    def forward(self):
        # What `predict` does; a step's forward pass also keeps what backward reads.
        with torch.inference_mode():
            self.module(self.inputs)

    def step(self):
        # Gradients are handed out, not added to older ones: nothing has to be zeroed.
        loss = nn.functional.mse_loss(self.module(self.inputs), self.targets)
        torch.autograd.grad(loss, self.parameters)

    def warm_up(self):
        for _ in range(3):
            self.forward()
            self.step()

    def take_turn(self, seconds):
        self.forward_times += timed(self.forward, seconds)
        self.step_times += timed(self.step, seconds)


def timed(body, seconds):
    """Milliseconds of each of the calls that fit the time, three at least."""
    times = []
    start = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        body()
        times.append(1000 * (time.perf_counter() - before))
    return times
