#!/usr/bin/env python3
"""Trains a KAN and MLPs on Fashion-MNIST in turns, ours and PyTorch's, and writes test loss by epoch and time as CSV.

All train by Adam with a cosine rate from 0.001, batch 256: first as many epochs each, at equal parameters; then
PyTorch's MLPs for as many epochs as the KAN's time of training allows. PyTorch's data stands in memory as one tensor,
each batch is one index_select, and Adam's update is fused; torch.compile makes no difference at these sizes. A first
epoch off the record warms up, and the clock stops while the test images are judged.
"""

import argparse
import csv
import gzip
import json
import math
import os
import statistics
import subprocess
import sys
import time

import numpy
import torch
from torch import nn

from networks import keep_memory, multilayer_perceptron

COLUMNS = [
    "comparison", "network", "seed", "parameters", "epochs", "epoch", "epochSeconds", "seconds", "trainLoss",
    "testLoss", "testAccuracy",
]
RATE, BATCH = 0.001, 256


def read_idx(folder, name):
    for ending, opener in (("", open), (".gz", gzip.open)):
        path = os.path.join(folder, name + ending)
        if os.path.exists(path):
            with opener(path, "rb") as file:
                data = file.read()
            dimensions = data[3]
            shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(dimensions)]
            return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)
    raise SystemExit(f"error: {folder}/{name}: not there")


def load(folder):
    parts = []
    for part in ("train", "t10k"):
        images = torch.from_numpy(read_idx(folder, f"{part}-images-idx3-ubyte").copy()).flatten(1).float()
        labels = torch.from_numpy(read_idx(folder, f"{part}-labels-idx1-ubyte").copy()).long()
        # To [-1, 1], as ours are.
        parts.append((images / 127.5 - 1, labels))
    return parts


def train_torch(parts, widths, epochs, seed):
    """Rows of one training."""
    (inputs, labels), (test_inputs, test_labels) = parts
    torch.manual_seed(seed)
    network = multilayer_perceptron(widths, "relu")
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)
    steps = math.ceil(len(inputs) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * steps)
    parameters = sum(p.numel() for p in network.parameters())
    seconds = 0.0
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        total = torch.zeros(())
        for rows in torch.randperm(len(inputs)).split(BATCH):
            loss = nn.functional.cross_entropy(network(inputs.index_select(0, rows)), labels.index_select(0, rows))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.detach() * len(rows)
        epoch_seconds = time.perf_counter() - start
        seconds += epoch_seconds
        with torch.inference_mode():
            logits = network(test_inputs)
            yield {
                "epoch": epoch, "epochSeconds": epoch_seconds, "seconds": seconds, "parameters": parameters,
                "trainLoss": float(total) / len(inputs),
                "testLoss": float(nn.functional.cross_entropy(logits, test_labels)),
                "testAccuracy": float((logits.argmax(1) == test_labels).float().mean()),
            }


def train_own(arguments, network, hidden, epochs, seed):
    command = [
        arguments.learning, arguments.images, "--network", network, "--hidden", str(hidden), "--epochs", str(epochs),
        "--batch", str(BATCH), "--learning-rate", str(RATE), "--seed", str(seed), "--threads", str(arguments.threads),
    ]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in output.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learning", required=True, help="the executable")
    parser.add_argument("--images", required=True, help="folder of Fashion-MNIST")
    parser.add_argument("--out", required=True, help="CSV file to write")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3, help="rounds, each with a seed of its own")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    keep_memory()
    parts = load(arguments.images)

    with open(arguments.out, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()

        def write(comparison, network, seed, epochs, rows):
            rows = list(rows)
            for row in rows:
                numbers = {key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()}
                writer.writerow({"comparison": comparison, "network": network, "seed": seed, "epochs": epochs} | numbers)
            file.flush()
            last = rows[-1]
            median = statistics.median(row["epochSeconds"] for row in rows)
            print(
                f"{comparison:16} {network:23} seed {seed}  {median:.3f} s an epoch, {last['seconds']:.2f} s in all, "
                f"test loss {last['testLoss']:.4f}, accuracy {last['testAccuracy']:.4f}", file=sys.stderr)
            return median, last["seconds"]

        def torch_rows(hidden, epochs, seed):
            return train_torch(parts, [784, hidden, 10], epochs, seed)

        for hidden in (576, 64):
            list(torch_rows(hidden, 1, 0))
        for seed in range(arguments.seeds):
            epochs = arguments.epochs
            same = "equal epochs"
            _, time_of_kan = write(same, "KAN 784-64-10", seed, epochs, train_own(arguments, "kan", 64, epochs, seed))
            large, _ = write(same, "PyTorch MLP 784-576-10", seed, epochs, torch_rows(576, epochs, seed))
            write(same, "MLP 784-576-10", seed, epochs, train_own(arguments, "mlp", 576, epochs, seed))
            small, _ = write(same, "PyTorch MLP 784-64-10", seed, epochs, torch_rows(64, epochs, seed))
            for hidden, epoch_seconds in ((576, large), (64, small)):
                affordable = max(1, round(time_of_kan / epoch_seconds))
                write(
                    "equal time", f"PyTorch MLP 784-{hidden}-10", seed, affordable,
                    torch_rows(hidden, affordable, seed))


if __name__ == "__main__":
    main()
