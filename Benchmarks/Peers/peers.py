#!/usr/bin/env python3
"""Times the shapes of `throughput` in PyTorch and inKAN, in turns with `throughput` itself, and writes a CSV file.

In each round, `throughput` runs as a process of its own on one shape, and then each peer takes its turn on the same
number of threads. A peer that can be compiled by torch.compile is timed both ways, and the faster way counts.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys

import torch

from networks import Peer, inkan, keep_memory, multilayer_perceptron

SHAPES = [
    ([64, 64, 64], 1024, 5),
    ([784, 64, 10], 4096, 5),
    ([1000, 1000, 1], 100, 5),
    ([32, 32, 1], 16384, 5),
    ([64, 64, 64], 1024, 50),
]
DEGREE = 3
COLUMNS = [
    "shape", "batch", "grid", "threads", "network", "widths", "parameters", "setting", "forwardMilliseconds",
    "stepMilliseconds", "stepLowestRound", "stepHighestRound", "kanStepOverThis", "rounds",
]


def text(widths):
    return "-".join(map(str, widths))


def make_peers(widths, batch, grid, activation, compiles):
    """Every peer by every setting."""
    same = [widths[0]] + [w * (grid + DEGREE + 1) for w in widths[1:-1]] + [widths[-1]]
    makers = [
        ("PyTorch MLP same widths", widths, lambda: multilayer_perceptron(widths, activation)),
        ("PyTorch MLP same parameters", same, lambda: multilayer_perceptron(same, activation)),
    ]
    peers = [Peer(name, make(), w, batch, "eager") for name, w, make in makers]
    peers.append(Peer("inKAN", inkan(widths, grid, False), widths, batch, "eager"))
    if compiles:
        peers += [Peer(name, torch.compile(make()), w, batch, "torch.compile") for name, w, make in makers]
        peers.append(Peer("inKAN", inkan(widths, grid, True), widths, batch, "torch.compile"))
    return peers


def warmed_up(peers):
    """Those that run: a compiler may be missing."""
    kept = []
    for peer in peers:
        try:
            peer.warm_up()
            kept.append(peer)
        except Exception as error:
            if peer.setting == "eager":
                raise
            print(f"{peer.name}, {peer.setting}: {str(error).splitlines()[0]}", file=sys.stderr)
    return kept


def own_rows(arguments, widths, batch, grid):
    command = [
        arguments.throughput, "--json", "--widths", ",".join(map(str, widths)), "--batch", str(batch),
        "--grid", str(grid), "--threads", str(arguments.threads), "--activation", arguments.activation,
        "--rounds", "2", "--seconds", str(arguments.seconds / 2),
    ]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return json.loads(output)


OWN_NAMES = {"self": "KAN", "widths": "MLP same widths", "parameters": "MLP same parameters"}


def measure(arguments, widths, batch, grid):
    """Rows of the table for one shape."""
    torch.manual_seed(0)
    torch.compiler.reset()
    peers = warmed_up(make_peers(widths, batch, grid, arguments.activation, arguments.compile))
    own, rounds = {}, {}
    for _ in range(arguments.rounds):
        for row in own_rows(arguments, widths, batch, grid):
            own.setdefault(OWN_NAMES[row["partner"]], []).append(row)
        for index, peer in enumerate(peers):
            already = len(peer.step_times), len(peer.forward_times)
            peer.take_turn(arguments.seconds)
            rounds.setdefault(index, []).append((
                statistics.median(peer.forward_times[already[1]:]), statistics.median(peer.step_times[already[0]:])))

    rows = []
    for name, found in own.items():
        times = [(row["forwardMilliseconds"], row["stepMilliseconds"]) for row in found]
        last = found[-1]
        rows.append((name, last["widths"], last["parameters"], last["contraction"], times))
    fastest = {}
    for index, peer in enumerate(peers):
        times = rounds[index]
        row = (peer.name, peer.widths, peer.count(), peer.setting, times)
        median = statistics.median(step for _, step in times)
        if peer.name not in fastest or median < fastest[peer.name][0]:
            fastest[peer.name] = (median, row)
    rows += [row for _, row in fastest.values()]

    kan = [step for _, step in rows[0][4]]
    for name, own_widths, parameters, setting, times in rows:
        steps = [step for _, step in times]
        yield {
            "shape": text(widths), "batch": batch, "grid": grid, "threads": arguments.threads, "network": name,
            "widths": text(own_widths), "parameters": parameters, "setting": setting,
            "forwardMilliseconds": f"{statistics.median(forward for forward, _ in times):.5g}",
            "stepMilliseconds": f"{statistics.median(steps):.5g}", "stepLowestRound": f"{min(steps):.5g}",
            "stepHighestRound": f"{max(steps):.5g}", "kanStepOverThis": f"{statistics.median(a / b for a, b in zip(kan, steps)):.4g}",
            "rounds": len(steps),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--throughput", required=True, help="the executable")
    parser.add_argument("--out", required=True, help="CSV file to write")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="of a turn")
    parser.add_argument("--activation", default="relu", help="of hidden layers of MLPs, on both sides")
    parser.add_argument("--no-compile", dest="compile", action="store_false", help="do not try torch.compile")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    keep_memory()
    # Each shape and mode of a compiled function counts as a recompilation.
    torch._dynamo.config.recompile_limit = 64
    with open(arguments.out, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for widths, batch, grid in SHAPES:
            for row in measure(arguments, widths, batch, grid):
                writer.writerow(row)
                file.flush()
                print(
                    f"{row['shape']:12} batch {batch:5} G {grid:2}  {row['network']:28} {row['setting']:13} "
                    f"forward {row['forwardMilliseconds']:>7} ms  step {row['stepMilliseconds']:>7} ms  "
                    f"KAN takes {row['kanStepOverThis']} of it", file=sys.stderr)


if __name__ == "__main__":
    main()
