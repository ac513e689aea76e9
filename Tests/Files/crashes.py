#!/usr/bin/env python3
"""Trainings that are killed, and disks that fail, with counts.

usage: crashes.py KAN SHIM [--kills N] [--calls N] [--seed S]

SHIM is failing_calls.c as a shared library. Ends with 1 if a checkpoint was unreadable, a resumed result had other bits,
an old checkpoint was lost, or something was left behind.
"""
import argparse, json, os, random, shutil, signal, struct, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("kan")
parser.add_argument("shim")
parser.add_argument("--kills", type=int, default=1000)
parser.add_argument("--calls", type=int, default=10**6, help="the first so many writes, and so on, fail in turn; by default all")
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
kan, shim = os.path.abspath(arguments.kan), os.path.abspath(arguments.shim)
folder = tempfile.mkdtemp(prefix="kan-crashes-")
chance = random.Random(arguments.seed)


def path(name):
    return os.path.join(folder, name)


def tensors(name, isOnGrids=False):
    """All numbers of a model, which a resumed training has to share with one that did not stop.

    But for what Adam remembers after several grids: of a coarser grid that is kept in the end, a checkpoint has the
    network alone, so that its moments are missing after a resumed training.
    """
    data = open(path(name), "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__")
    if isOnGrids:
        header = {k: v for k, v in header.items() if not k.startswith("training.moments.")}
    return {k: data[8 + size + v["data_offsets"][0] : 8 + size + v["data_offsets"][1]] for k, v in header.items()}


def run(*command, environment=None, after=None):
    """The exit code, and what was written to standard error; killed after some seconds."""
    process = subprocess.Popen(
        [kan, *command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})}, text=True)
    try:
        errors = process.communicate(timeout=after if after is not None else 300)[1]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        errors = process.communicate()[1]
    return process.returncode, errors


def leftovers():
    return [name for name in os.listdir(folder) if name.endswith(".tmp")]


with open(path("data.csv"), "w") as file:
    file.write("a,b,c,y\n")
    numbers = random.Random(2)
    for _ in range(4000):
        a, b, c = (numbers.random() for _ in range(3))
        file.write(f"{a:.9f},{b:.9f},{c:.9f},{a * b + c * c + 0.01 * numbers.gauss(0, 1):.9f}\n")

# Each takes some tenths of a second to some seconds, so that a kill meets every part of it.
methods = [
    ["--hidden", "4", "--batch", "4", "--epochs", "6"],
    ["--hidden", "4", "--batch", "8", "--epochs", "8", "--optimizer", "sgd", "--patience", "4"],
    ["--hidden", "6", "--optimizer", "lbfgs", "--epochs", "60"],
    ["--hidden", "3", "--optimizer", "lm", "--precision", "double", "--epochs", "40"],
    ["--hidden", "3", "--extend", "4,8,16", "--batch", "16", "--epochs", "3"],
    ["--auto", "best"],
]
bad = 0

# 1. kill -9, again and again, until a training ends
kills = unreadable = trainings = other = left = 0
references = []
for index, options in enumerate(methods):
    name = f"once{index}.safetensors"
    began = time.monotonic()
    code, errors = run("train", "data.csv", *options, "--save", name)
    assert code == 0, errors
    references.append((tensors(name, "--extend" in options), time.monotonic() - began))
turn = 0
while kills < arguments.kills:
    options = methods[turn % len(methods)]
    reference, seconds = references[turn % len(methods)]
    turn += 1
    if os.path.exists(path("m.safetensors")):
        os.remove(path("m.safetensors"))
    for attempt in range(200):
        resume = ["--resume"] if os.path.exists(path("m.safetensors")) else []
        # The first third of the time goes to reading the table. A training that does not get on gets more of it.
        after = chance.uniform(0.02, 1.1 + 0.1 * attempt) * seconds if kills < arguments.kills else None
        code, errors = run(
            "train", "data.csv", *options, "--save", "m.safetensors", "--checkpoint-every", "0.01", *resume,
            after=after)
        if code == 0:
            break
        if code == 64 and "is finished" in errors:
            code = 0
            break
        if code != -signal.SIGKILL:
            print(f"exit code {code}: {errors}")
            bad += 1
            break
        kills += 1
        for name in leftovers():
            left += 1
            os.remove(path(name))
        if os.path.exists(path("m.safetensors")) and run("inspect", "m.safetensors", "--json")[0] != 0:
            unreadable += 1
    if code == 0:
        trainings += 1
        if tensors("m.safetensors", "--extend" in options) != reference:
            other += 1
            print("other bits:", *options)
print(
    f"kill -9: {kills} times, {unreadable} unreadable checkpoints, {left} temporary files left; "
    f"{trainings} trainings ended, {other} with other bits")
bad += unreadable + other

# 2. every n-th call that writes fails, until a training makes fewer
os.remove(path("m.safetensors"))
failures = lost = wrong = remains = 0
for options in [methods[0][:4], methods[2][:4], methods[3][:6]]:
    short = ["train", "data.csv", *options, "--save", "m.safetensors"]
    long = [*short, "--epochs", "3", "--resume", "--checkpoint-every", "0.05"]
    code, errors = run(*short, "--epochs", "2")
    assert code == 0, errors
    old = open(path("m.safetensors"), "rb").read()
    code, errors = run(*long)
    assert code == 0, errors
    complete = tensors("m.safetensors")
    for call, kind, always in [
        (call, kind, always)
        for call, kinds in [("write", ["ENOSPC", "EIO", "short"]), ("fsync", ["ENOSPC", "EIO"]),
                            ("rename", ["ENOSPC", "EIO"]), ("linkat", ["ENOSPC", "EIO"])]
        for kind in kinds for always in [False, True]
    ]:
        for n in range(1, arguments.calls + 1):
            open(path("m.safetensors"), "wb").write(old)
            if os.path.exists(path("reached")):
                os.remove(path("reached"))
            environment = {
                "LD_PRELOAD": shim, "FAIL_CALL": call, "FAIL_AT": str(n), "FAIL_WITH": kind,
                "FAIL_REACHED": path("reached"), **({"FAIL_ALWAYS": "1"} if always else {})}
            code, errors = run(*long, environment=environment)
            if not os.path.exists(path("reached")):
                # Nothing failed: a training that never comes here is one that was not tested.
                assert code == 0 and tensors("m.safetensors") == complete, errors
                break
            failures += 1
            lines = [line for line in errors.splitlines() if line.startswith("error: ")]
            if run("inspect", "m.safetensors", "--json")[0] != 0:
                lost += 1
                print("lost:", call, kind, n, always)
            # Done with all of it, or a documented code and one line.
            isDone = code == 0 and tensors("m.safetensors") == complete
            if not isDone and not (code in (73, 74) and len(lines) == 1):
                wrong += 1
                print("wrong:", call, kind, n, always, code, errors[-300:])
            remains += len(leftovers())
            for name in leftovers():
                os.remove(path(name))
print(
    f"failing calls: {failures} trainings, {lost} checkpoints lost, {wrong} undocumented ends, "
    f"{remains} temporary files left")
bad += lost + wrong + remains + (failures == 0)
shutil.rmtree(folder)
sys.exit(1 if bad else 0)
