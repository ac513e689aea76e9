"""Files and options that are wrong, by name, each with the exit code that is right for it."""
import gzip
import json
import struct

GOOD = "a,b,y\n" + "".join(f"{i},{i * i % 7},{i * 0.5 + i % 3}\n" for i in range(30))
USAGE, DATA, NO_INPUT, CANNOT_CREATE, IO = 64, 65, 66, 73, 74


def tables():
    """Tables that no network can be trained on."""
    rows = GOOD.splitlines()
    yield "empty", b""
    yield "newline", b"\n"
    yield "newlines", b"\n\n\n"
    yield "header-only", b"a,b,y\n"
    yield "header-without-end", b"a,b,y"
    yield "one-row", b"a,b,y\n1,2,3\n"
    yield "one-column", b"y\n1\n2\n3\n"
    yield "only-commas", b",,\n,,\n,,\n"
    yield "all-empty-target", ("a,b,y\n" + "".join(f"{i},{i},\n" for i in range(20))).encode()
    yield "nul-bytes", GOOD.replace("3", "\0").encode()
    yield "not-utf8", GOOD.encode().replace(b"a,b", b"\xff\xfe\xfd,b")
    yield "not-utf8-cell", GOOD.encode().replace(b"5,", b"\xff\xfe5,")
    yield "half-utf16", GOOD.encode("utf-16-le")[:101]
    yield "unclosed-quote", (GOOD + '"1,2,3\n').encode()
    yield "unclosed-quote-in-header", ('"' + GOOD).encode()
    yield "text-after-quote", GOOD.replace("5,", '"5"x,').encode()
    for place in (1, 2, 15, 30):
        short = list(rows)
        short[place] = "1,2"
        yield f"short-row-{place}", "\n".join(short).encode()
        long = list(rows)
        long[place] = "1,2,3,4"
        yield f"long-row-{place}", "\n".join(long).encode()
        for word in ("inf", "-inf", "1e400", "-1e999", "0x", "1.2.3", "1,5e", "--", "1e", "e5", "+-1", "12abc"):
            bad = list(rows)
            bad[place] = f"1,2,{word}" if "," not in word else "1,2"
            yield f"target-{word.replace(',', '_')}-{place}", "\n".join(bad).encode()
    yield "repeated-name", GOOD.replace("a,b,y", "a,a,y").encode()
    yield "binary", bytes(range(256)) * 40
    yield "png", b"\x89PNG\r\n\x1a\n" + bytes(200)
    yield "gzip", gzip.compress(GOOD.encode())
    yield "zip", b"PK\x03\x04" + bytes(100)
    yield "parquet", b"PAR1" + bytes(100) + b"PAR1"
    yield "html", b"<!DOCTYPE html><html><body>404</body></html>"
    yield "json", json.dumps([{"a": 1, "y": 2}]).encode()
    yield "every-target-another-word", ("a,y\n" + "".join(f"{i},w{i}\n" for i in range(40))).encode()


def npy(header: bytes, data: bytes, version=(1, 0), magic=b"\x93NUMPY"):
    length = struct.pack("<H", len(header)) if version[0] == 1 else struct.pack("<I", len(header))
    return magic + bytes(version) + length + header + data


def header(descr="'<f4'", order="False", shape="(30, 2)", rest=""):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, {rest}}}\n".encode()


def arrays():
    """NPY files that are damaged or of a kind that is not numbers in rows."""
    data = struct.pack("<60f", *[i * 0.1 for i in range(60)])
    good = npy(header(), data)
    for count in list(range(0, 12)) + [20, 40, 60, 79, len(good) - 240, len(good) - 4, len(good) - 1]:
        yield f"cut-{count}", good[:count]
    yield "longer", good + b"xx"
    for name, magic in {"magic": b"\x93NUMPX", "zeros": bytes(6), "text": b"NUMPY1"}.items():
        yield f"magic-{name}", npy(header(), data, magic=magic)
    for version in ((0, 0), (4, 0), (9, 9), (255, 255)):
        yield f"version-{version[0]}", npy(header(), data, version)
    descriptions = [
        "'<i3'", "'<c8'", "'|O'", "'|S5'", "'<U3'", "'<M8[s]'", "'|V4'", "''", "'f'", "'<f16'", "5", "None", "[('a','<f4')]",
        "'<f4", "'>x4'", "'<f0'", "'<f-4'",
    ]
    for place, description in enumerate(descriptions):
        yield f"descr-{place}", npy(header(descr=description), data)
    shapes = [
        "()", "(60,2)", "(31, 2)", "(29, 2)", "(-1, 2)", "(30, -2)", "(2, 2, 15)", "30", "(30, 2", "'a'", "(30.0, 2)",
        "(1e3, 2)", "(4611686018427387904, 4)", "(9223372036854775807, 9223372036854775807)", "(99999999999999999999, 1)",
        "(0, 2)", "(30, 0)", "(3000000000, 2)", "(None,)", "(30, 2,,)",
    ]
    for place, shape in enumerate(shapes):
        yield f"shape-{place}", npy(header(shape=shape), data)
    for place, order in enumerate(["0", "'no'", "None", "true", ""]):
        yield f"order-{place}", npy(header(order=order), data)
    texts = [
        b"", b"\n", b"{}", b"{", b"}", b"{'descr': '<f4'}", b"[]", b"None", b"{'descr': '<f4', 'fortran_order': False}",
        b"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (30, 2)}", b"\xff\xfe" * 30, b"(" * 2000,
        b"{" * 5000, header()[:-3] + b"\0\0}",
    ]
    for place, text in enumerate(texts):
        yield f"header-{place}", npy(text, data)
    yield "header-beyond-the-end", b"\x93NUMPY\x01\x00\xff\xff" + header()
    yield "header-of-4-GB", b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + header()
    yield "complex-but-long", npy(header(descr="'<c16'"), data * 4)


def idx(kind=8, dimensions=(30, 4, 4), data=None):
    count = 1
    for size in dimensions:
        count *= size
    body = bytes(i % 251 for i in range(count)) if data is None else data
    return bytes([0, 0, kind, len(dimensions)]) + b"".join(struct.pack(">I", size) for size in dimensions) + body


def image_folders():
    """Folders of four IDX files of which one is wrong, as {file: bytes}."""
    names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
    labels = idx(dimensions=(30,), data=bytes(i % 3 for i in range(30)))
    good = dict(zip(names, [idx(), labels, idx(), labels]))

    def with_file(name, contents):
        folder = dict(good)
        if contents is None:
            del folder[name]
        else:
            folder[name] = contents
        return folder

    for place, name in enumerate(names):
        yield f"missing-{place}", with_file(name, None)
        whole = good[name]
        for count in (0, 1, 3, 4, 7, len(whole) // 2, len(whole) - 1):
            yield f"cut-{place}-{count}", with_file(name, whole[:count])
        yield f"longer-{place}", with_file(name, whole + b"x")
        yield f"text-{place}", with_file(name, b"hello")
        yield f"kind-{place}", with_file(name, whole[:2] + b"\x0d" + whole[3:])
        yield f"unknown-kind-{place}", with_file(name, whole[:2] + b"\x77" + whole[3:])
        yield f"first-bytes-{place}", with_file(name, b"\x01\x02" + whole[2:])
        yield f"no-dimensions-{place}", with_file(name, whole[:3] + b"\0" + whole[4:])
        yield f"many-dimensions-{place}", with_file(name, whole[:3] + b"\xff" + whole[4:])
        yield f"huge-{place}", with_file(name, whole[:4] + b"\xff\xff\xff\xff" + whole[8:])
        yield f"zero-{place}", with_file(name, whole[:4] + bytes(4) + whole[8:])
        yield f"bad-gzip-{place}", {**with_file(name, None), name + ".gz": gzip.compress(whole)[:-9]}
    yield "labels-for-other-rows", {**good, names[1]: idx(dimensions=(29,), data=bytes(29))}
    yield "other-pixels-in-the-test", {**good, names[2]: idx(dimensions=(30, 4, 5))}
    yield "empty-folder", {}


def models(good: bytes):
    """Model files that are damaged, or not model files."""
    length = struct.unpack("<Q", good[:8])[0]
    text = good[8 : 8 + length]
    data = good[8 + length :]

    def with_header(new: bytes):
        return struct.pack("<Q", len(new)) + new + data

    for count in [0, 1, 4, 7, 8, 9, 8 + length // 2, 8 + length - 1, 8 + length, len(good) // 2, len(good) - 1]:
        yield f"cut-{count}", good[:count]
    yield "longer", good + b"\0"
    for size in (0, 1, 2, length - 1, length + 1, 1 << 20, 1 << 40, (1 << 63) - 1, (1 << 64) - 1):
        yield f"length-{size}", struct.pack("<Q", size) + good[8:]
    for name, body in {
        "png": b"\x89PNG\r\n\x1a\n" + bytes(100), "text": b"a,b,c\n1,2,3\n" * 20, "zip": b"PK\x03\x04" + bytes(90),
        "pickle": b"\x80\x04\x95" + bytes(90), "elf": b"\x7fELF" + bytes(90), "zeros": bytes(100), "ones": b"\xff" * 100,
        "npy": npy(header(), bytes(240)), "gzip": gzip.compress(good), "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(90),
    }.items():
        yield f"a-{name}", body
    for place, new in enumerate([
        b"", b"{}", b"[]", b"null", b"1", b'"x"', b"{", b'{"a":1}', b"[" * 100000, b'{"a":' * 50000, b"\xff\xfe",
        b'{"__metadata__":{}}', b'{"__metadata__":1}', b'{"__metadata__":{"kan":"{}"}}',
    ]):
        yield f"header-{place}", with_header(new)
    parsed = json.loads(text)
    tensors = [name for name in parsed if name != "__metadata__"]

    def changed(change):
        copy = json.loads(text)
        change(copy)
        return with_header(json.dumps(copy).encode())

    for name in tensors[:6]:
        entry = parsed[name]
        begin, end = entry["data_offsets"]
        for what, value in {
            "before": [-8, end], "reversed": [end, begin], "beyond": [begin, end + 8], "hole": [begin + 4, end + 4],
            "empty": [], "three": [begin, end, end], "huge": [0, 1 << 62], "fraction": [begin, end - 0.5], "text": "0",
        }.items():
            yield f"offsets-{what}-{name}", changed(lambda h: h[name].__setitem__("data_offsets", value))
        for what, value in {
            "negative": [-1], "huge": [1 << 62, 4], "overflow": [1 << 40, 1 << 40], "other": [3, 3, 3], "text": "x",
            "fraction": [1.5],
        }.items():
            yield f"shape-{what}-{name}", changed(lambda h: h[name].__setitem__("shape", value))
        for value in ("F16", "I8", "X", "", 5, None):
            yield f"dtype-{value}-{name}", changed(lambda h: h[name].__setitem__("dtype", value))
        yield f"without-{name}", changed(lambda h: h.pop(name))
    yield "repeated-key", with_header(text[:-1].rstrip() + b',"' + tensors[0].encode() + b'":' + json.dumps(parsed[tensors[0]]).encode() + b"}")
    for name in parsed["__metadata__"]:
        for place, value in enumerate(["", "{", "null", "[]", "1", 5, None]):
            yield f"metadata-{name}-{place}", changed(lambda h: h["__metadata__"].__setitem__(name, value))


def options():
    """Options of `kan train` that are wrong."""
    numbers = {
        "--grid": ["0", "-1", "x", "1.5", "99999999999999999999", "1e3", ""], "--degree": ["0", "6", "-1", "x", "100"],
        "--epochs": ["-1", "x", "1.5", "99999999999999999999"], "--batch": ["0", "-5", "x", "99999999999"],
        "--learning-rate": ["0", "-1", "nan", "inf", "x", "-inf"], "--weight-decay": ["-1", "nan", "inf", "x"],
        "--patience": ["0", "-1", "x"], "--seed": ["-1", "x", "99999999999999999999999"],
        "--threads": ["0", "-1", "x", "100000", "99999999999999999999"], "--holdout": ["0", "1", "-0.1", "2", "nan", "x"],
        "--extend": ["", "5,5", "10,5", "0,5", "x", "5,", ",5", "-1,5"], "--hidden": ["0", "-3", "x", "5,,3", "1.5", "5,"],
        "--edge": ["x", "", "Spline"], "--activation": ["x", ""], "--optimizer": ["x", ""], "--schedule": ["x", ""],
        "--precision": ["x", "half", "64"], "--contraction": ["x"], "--task": ["x", ""], "--loss": ["x", ""],
        "--quantile": ["0", "1", "-1", "nan", "x"], "--ensemble": ["0", "-1", "x", "1001"], "--auto": ["x", ""],
        "--missing": ["x"], "--class-weight": ["x"], "--knots": ["x"], "--smoothness": ["-1", "nan", "x"],
        "--monotone": ["a", "a=", "a=x", "nobody=+", "=+"], "--target": ["nobody", ""], "--inputs": ["nobody"],
        "--ignore": ["nobody"], "--categorical": ["nobody"], "--range": ["x", "1,0", "0,0", "nan,1", "0"],
        "--on-divergence": ["x", ""], "--sparsity": ["-1", "nan", "x"], "--entropy": ["-1", "x"],
        "--weights": ["nobody"],
    }
    for option, values in numbers.items():
        for value in values:
            yield f"{option}={value}", [f"{option}={value}"]
        yield f"{option} without a value", [option]
    for name, given in {
        "unknown option": ["--nothing"], "unknown short option": ["-z"], "second operand": ["other.csv"],
        "resume without save": ["--resume"], "save into no folder": ["--save", "no/folder/x.safetensors"],
        "log into no folder": ["--log", "no/folder/x.jsonl", "--epochs", "1"],
        "report into no folder": ["--report", "no/folder/x.html", "--epochs", "1"], "save to a folder": ["--save", "."],
        "test is not there": ["--test", "nobody.csv"], "start is not there": ["--start", "nobody.safetensors"],
        "linear with a grid to extend": ["--edge", "linear", "--extend", "5,10"],
        "lm for classes": ["--optimizer", "lm", "--task", "classification"],
        "auto and a description": ["--auto", "best", "--hidden", "4"],
        "recover without a rate": ["--optimizer", "lbfgs", "--on-divergence", "recover"],
        "quantile without its loss": ["--quantile", "0.5"],
    }.items():
        yield name, given
