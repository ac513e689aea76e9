"""Each test runs a program of its own: what it does to its process stays there."""

import os
import subprocess
import sys
import textwrap

import pytest


def run(program, timeout=300, **environment):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=timeout,
        env={**os.environ, **environment})


FIT = """
import numpy as np
from swiftkan import KANRegressor, Network
rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (500, 3))
y = np.sin(3 * X[:, 0]) + X[:, 1] + 0.3 * rng.normal(size=500)
def fit():
    return KANRegressor().fit(X, y).predict(X).sum()
"""


def check(result, output):
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == output.split()


def test_a_fork_after_use_has_threads_of_its_own():
    check(
        run(FIT + """
import os, sys
big = Network([64, 64, 64])
rows = rng.uniform(-1, 1, (4096, 64)).astype("float32")
before, answer = fit(), big.predict(rows)
child = os.fork()
if child == 0:
    os._exit(0 if fit() == before and (big.predict(rows) == answer).all() else 3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), fit() == before)
"""), "0 True")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(FIT + f"""
import multiprocessing
def work(seed):
    return KANRegressor(random_state=seed).fit(X, y).predict(X).sum()
if __name__ == "__main__":
    own = [work(seed) for seed in range(3)]
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        print(pool.map(work, range(3)) == own)
""")
    result = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=300)
    check(result, "True")


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_joblib(backend):
    check(
        run(FIT + f"""
import joblib
def work(seed):
    return KANRegressor(random_state=seed).fit(X, y).predict(X).sum()
with joblib.parallel_config("{backend}", n_jobs=2):
    found = joblib.Parallel()(joblib.delayed(work)(seed) for seed in range(4))
print(found == [work(seed) for seed in range(4)])
"""), "True")


def test_sixteen_threads_predict_on_one_model():
    check(
        run(FIT + """
import threading
model = KANRegressor().fit(X, y)
network = Network([64, 64, 64])
rows = rng.uniform(-1, 1, (300, 64)).astype("float32")
expected, single, many = model.predict(X), network.predict(rows[:1]), network.predict(rows)
wrong = []
def work():
    for _ in range(100):
        if not ((model.predict(X) == expected).all() and (network.predict(rows[:1]) == single).all()
                and np.allclose(network.predict(rows), many, atol=1e-5)):
            wrong.append(1)
threads = [threading.Thread(target=work) for _ in range(16)]
[t.start() for t in threads]; [t.join() for t in threads]
print(len(wrong))
"""), "0")


def test_fork_while_other_threads_predict():
    check(
        run(FIT + """
import os, threading
model = KANRegressor().fit(X, y)
expected = model.predict(X)
ending = False
def work():
    while not ending:
        model.predict(X)
threads = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in threads]
codes = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        os._exit(0 if np.allclose(model.predict(X), expected) else 3)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
ending = True
[t.join() for t in threads]
print(codes == [0] * 20)
"""), "True")


def test_limits_of_threads_are_kept():
    program = """
import os, swiftkan
from swiftkan import Network
import numpy as np
Network([64, 64]).predict(np.zeros((4096, 64), np.float32))
print(swiftkan.threads(), len(os.listdir("/proc/self/task")))
"""
    check(run(program, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"), "1 1")
    check(run("import swiftkan; print(swiftkan.threads())", OMP_NUM_THREADS="1,2"), "1")


def test_import_loads_neither_numpy_nor_scikit_learn():
    check(run("import sys, swiftkan; print([m for m in ('numpy', 'sklearn', 'torch') if m in sys.modules])"), "[]")


def test_interruption_keeps_the_best_so_far():
    check(
        run(FIT + """
import os, signal, threading
import warnings
X = rng.uniform(-1, 1, (20000, 8))
y = np.sin(3 * X[:, 0]) * X[:, 1] + X[:, 2]
before = signal.getsignal(signal.SIGINT)
network = Network([8, 32, 1])
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
history = network.train(X, y, epochs=100000, learning_rate=0.005)
print(history["end"], np.isfinite(network.predict(X)).all(), signal.getsignal(signal.SIGINT) is before)
model = KANRegressor(effort="best")
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
model.fit(X, y)
print(model.choice_["isInterrupted"], model.score(X, y) > 0)
"""), "stopped True True True True")


def test_nothing_is_printed():
    result = run(FIT + "fit(); KANRegressor(verbose=1).fit(X, y)")
    assert result.returncode == 0 and result.stdout == ""
