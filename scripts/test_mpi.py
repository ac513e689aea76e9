"""What `mpiexec -n R kan …` comes to on 1, 2, 4 and 8 ranks; see test-mpi. Needs nothing but Python itself."""
import argparse, json, math, os, random, signal, struct, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("kan")
parser.add_argument("--short", action="store_true", help="fewer cases and kills")
parser.add_argument("--kills", type=int, help="how often a random rank is killed (100, short 3)")
parser.add_argument("--network", action="store_true", help="between network namespaces too (root)")
options = parser.parse_args()
kan = os.path.abspath(options.kan)
folder = tempfile.mkdtemp(prefix="kan-mpi-")
os.chdir(folder)
random.seed(1)


def table(path, rows, classes=False):
    with open(path, "w") as file:
        file.write("a,b,c,y\n")
        for _ in range(rows):
            a, b, c = (random.uniform(-1, 1) for _ in range(3))
            y = math.sin(3 * a) * b + 0.3 * c * c + random.gauss(0, 0.02)
            file.write(f"{a:.6f},{b:.6f},{c:.6f},{('low' if y < 0 else 'mid' if y < 0.3 else 'high') if classes else y}\n")


table("numbers.csv", 5000)
table("classes.csv", 5000, classes=True)
table("few.csv", 12)


def command(ranks, arguments):
    return ["mpiexec", "-n", str(ranks), kan] + arguments


def run(ranks, arguments, code=0, **more):
    result = subprocess.run(command(ranks, arguments), capture_output=True, text=True, timeout=300, **more)
    assert result.returncode == code, f"{ranks} ranks, {arguments}: {result.returncode}\n{result.stderr[-3000:]}"
    return result


def parameters(path):
    """The tensors of a model file, without its texts, which have times."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: data[8 + length + t["data_offsets"][0] : 8 + length + t["data_offsets"][1]] for name, t in header.items()}


def train(ranks, data, arguments, save="model.safetensors", fresh=True):
    if fresh and os.path.exists(save):
        os.remove(save)
    result = run(ranks, ["train", data, "--threads", "1", "--save", save, "--json"] + arguments)
    report = json.loads(result.stdout)
    assert report["ranks"] == ranks
    return parameters(save), report


methods = {
    "adam": ("numbers.csv", "--hidden 4 --epochs 3 --batch 128"),
    "adam, classes, patience": ("classes.csv", "--hidden 4 --epochs 4 --batch 300 --patience 2"),
    "adam, grids": ("numbers.csv", "--hidden 4 --epochs 2 --extend 5,10"),
    "l-bfgs": ("numbers.csv", "--hidden 4 --epochs 6 --optimizer lbfgs --precision double"),
    "levenberg-marquardt, grids": ("numbers.csv", "--hidden 2 --epochs 6 --optimizer lm --precision double --extend 4,6"),
    "least squares": ("numbers.csv", "--init least-squares --epochs 0"),
    "least squares by qr": ("numbers.csv", "--init least-squares --smoothness 0 --epochs 0"),
    "few rows": ("few.csv", "--hidden 2 --epochs 3 --batch 4"),
}
for name, (data, arguments) in methods.items():
    start = time.time()
    expected, report = train(1, data, arguments.split())
    for ranks in (2, 8) if options.short else (2, 3, 4, 8):
        found, other = train(ranks, data, arguments.split())
        assert found == expected, f"{name}: {ranks} ranks have other parameters than 1"
        assert found.keys() == expected.keys() and other["test"] == report["test"], f"{name}: {ranks} ranks"
    print(f"{name}: the same bits on all ranks, {time.time() - start:.1f} s", flush=True)

# Resuming on another number of ranks.
schedule = "--hidden 4 --batch 128 --schedule constant".split()
whole, _ = train(4, "numbers.csv", schedule + ["--epochs", "6"])
train(2, "numbers.csv", schedule + ["--epochs", "3"], "parts.safetensors")
resumed, _ = train(8, "numbers.csv", schedule + ["--epochs", "6", "--resume"], "parts.safetensors", fresh=False)
assert resumed == whole, "a training resumed on 8 ranks"
print("resumed on other ranks: the same bits", flush=True)

# Predictions and metrics.
one = subprocess.run([kan, "predict", "parts.safetensors", "numbers.csv"], capture_output=True, text=True, check=True).stdout
assert run(4, ["predict", "parts.safetensors", "numbers.csv"]).stdout == one, "predictions of 4 ranks"
alone = json.loads(subprocess.run([kan, "evaluate", "parts.safetensors", "numbers.csv", "--json"], capture_output=True, check=True).stdout)
shared = json.loads(run(4, ["evaluate", "parts.safetensors", "numbers.csv", "--json"]).stdout)
assert abs(shared["rmse"] - alone["rmse"]) < 1e-9, (shared, alone)
print("predict and evaluate share out rows", flush=True)

# Faults that all ranks or one of them has.
def fails(arguments, code, text):
    start = time.time()
    result = subprocess.run(["mpiexec"] + arguments, capture_output=True, text=True, timeout=30)
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert result.returncode == code and len(errors) == 1 and text in errors[0], (arguments, result.returncode, result.stderr)
    assert time.time() - start < 10


fails(["-n", "4", kan, "train", "missing.csv", "--hidden", "2"], 66, "missing.csv")
fails(["-n", "2", kan, "train", "numbers.csv"], 64, "described")
fails(["-n", "2", kan, "inspect", "parts.safetensors"], 64, "share the work")
fails("-n 1 {0} train numbers.csv --hidden 2 : -n 1 {0} train numbers.csv --hidden 3".format(kan).split(), 64, "rank 1 differs from rank 0 in the options")
fails(["-n", "16", kan, "train", "numbers.csv", "--hidden", "2", "--batch", "256"], 65, "use a batch of")
os.makedirs("elsewhere", exist_ok=True)
with open("numbers.csv") as file, open("elsewhere/numbers.csv", "w") as other:
    other.writelines(file.readlines()[:-7])
fails("-n 1 {0} train numbers.csv --hidden 2 : -n 1 -wdir {1}/elsewhere {0} train numbers.csv --hidden 2".format(kan, folder).split(), 64, "the rows of training")
print("faults are told once, with the rank that differs", flush=True)


# A rank that dies ends all, and the last saved epoch goes on to the same bits.
def ranks_of(mark):
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/environ", "rb") as file:
                variables = file.read()
            with open(f"/proc/{process}/comm") as file:
                name = file.read().strip()
        except OSError:
            continue
        if f"KAN_TEST_MARK={mark}".encode() in variables and b"PMI_RANK" in variables and name == "kan":
            found.append(int(process))
    return found


arguments = "train numbers.csv --threads 1 --hidden 8 --batch 128 --epochs 40 --save killed.safetensors --checkpoint-every 0.2 --json".split()
if os.path.exists("killed.safetensors"):
    os.remove("killed.safetensors")
start = time.time()
run(4, arguments)
duration = time.time() - start
expected = parameters("killed.safetensors")
slowest, resumed = 0.0, 0
kills = options.kills if options.kills is not None else 3 if options.short else 100
for attempt in range(kills):
    if os.path.exists("killed.safetensors"):
        os.remove("killed.safetensors")
    mark = f"{os.getpid()}-{attempt}"
    job = subprocess.Popen(command(4, arguments), env=dict(os.environ, KAN_TEST_MARK=mark), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    time.sleep(random.uniform(0.2, max(0.5, 0.9 * duration)))
    ranks = ranks_of(mark)
    if ranks:
        killed = time.time()
        os.kill(random.choice(ranks), signal.SIGKILL)
        _, message = job.communicate(timeout=10)
        slowest = max(slowest, time.time() - killed)
        if job.returncode != 0:
            assert message.strip(), "a job that ended without a word"
        time.sleep(0.1)
        assert not ranks_of(mark), "ranks that go on after one was killed"
    else:
        job.communicate(timeout=60)
    again = ["--resume"] if os.path.exists("killed.safetensors") else []
    resumed += len(again)
    run(random.choice([1, 2, 4, 8]), arguments + again)
    assert parameters("killed.safetensors") == expected, f"kill {attempt}: other bits after it"
if kills:
    print(f"{kills} ranks killed, {resumed} trainings resumed: jobs ended within {slowest:.1f} s, the same bits", flush=True)

if options.network:
    # Two hosts of one machine: namespaces with addresses of their own on a bridge. The launcher enters that of a host.
    def ip(line, check=True):
        subprocess.run(line.split(), check=check, stderr=None if check else subprocess.DEVNULL)

    def clear():
        for host in (1, 2):
            ip(f"ip netns del kanmpi{host}", check=False)
        ip("ip link del kanmpi0", check=False)

    clear()
    ip("ip link add kanmpi0 type bridge")
    ip("ip addr add 10.77.0.254/24 dev kanmpi0")
    ip("ip link set kanmpi0 up")
    for host in (1, 2):
        ip(f"ip netns add kanmpi{host}")
        ip(f"ip link add kanmpi-v{host} type veth peer name eth0 netns kanmpi{host}")
        ip(f"ip link set kanmpi-v{host} master kanmpi0 up")
        ip(f"ip -n kanmpi{host} addr add 10.77.0.{host}/24 dev eth0")
        ip(f"ip -n kanmpi{host} link set eth0 up")
        ip(f"ip -n kanmpi{host} link set lo up")
    with open("enter", "w") as file:
        file.write('#!/bin/sh\nhost=$1\nshift\nexec ip netns exec kanmpi${host##*.} sh -c "$*"\n')
    os.chmod("enter", 0o755)
    launch = "mpiexec -launcher rsh -launcher-exec ./enter -localhost 10.77.0.254 -hosts 10.77.0.1,10.77.0.2 -ppn 1 -n 2".split()
    between = dict(os.environ, UCX_TLS="tcp,self", UCX_NET_DEVICES="eth0", FI_PROVIDER="tcp")
    try:
        data, line = methods["adam"]
        expected, _ = train(1, data, line.split())
        tensors = None
        for limits in ("", "delay 1ms rate 100mbit"):
            if limits:
                try:
                    for host in (1, 2):
                        ip(f"ip netns exec kanmpi{host} tc qdisc add dev eth0 root netem {limits}")
                except subprocess.CalledProcessError:
                    print("this kernel has no netem: nothing with delay and limited bandwidth", flush=True)
                    continue
            os.remove("model.safetensors")
            start = time.time()
            job = subprocess.run(
                launch + [kan, "train", data, "--threads", "1", "--save", "model.safetensors", "--json"] + line.split(),
                capture_output=True, text=True, timeout=300, env=between)
            assert job.returncode == 0, job.stderr
            assert parameters("model.safetensors") == expected, "other bits between hosts"
            report = json.loads(job.stdout)
            print(f"two hosts{', ' + limits if limits else ''}: the same bits, {report['seconds']:.2f} s of training, {report['traffic']}", flush=True)
        job = subprocess.Popen(
            launch + [kan, "train", data, "--threads", "1", "--hidden", "8", "--epochs", "400"], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, env=between)
        time.sleep(5)
        assert job.poll() is None
        ip("ip -n kanmpi2 link set eth0 down")
        start = time.time()
        try:
            _, message = job.communicate(timeout=60)
            print(f"link cut: ended after {time.time() - start:.1f} s with {job.returncode}: {message.strip().splitlines()[-1:]}", flush=True)
        except subprocess.TimeoutExpired:
            job.kill()
            print("link cut: the job had not ended after 60 s", flush=True)
    finally:
        for mark in ("kanmpi1", "kanmpi2"):
            for process in subprocess.run(["ip", "netns", "pids", mark], capture_output=True, text=True).stdout.split():
                os.kill(int(process), signal.SIGKILL)
        clear()
