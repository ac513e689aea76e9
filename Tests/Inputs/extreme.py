"""Valid tables with extreme numbers, by name, and the ways to train on them."""
import itertools
import random


def tables():
    """Rows of (a, b, y) as texts."""
    random.seed(7)
    a = [random.uniform(-1, 1) for _ in range(36)]
    b = [random.gauss(0, 1) for _ in range(36)]
    smooth = [x * x + y for x, y in zip(a, b)]

    def named(y=None, first=a, second=b):
        return list(zip(map(repr, first), map(repr, second), map(repr, smooth if y is None else y)))

    yield "plain", named()
    yield "constant target", named([7.0] * 36)
    yield "target of zeros", named([0.0] * 36)
    yield "one target differs", named([7.0] * 35 + [8.0])
    for size in ("1e30", "1e150", "1e300", "1.7e308", "1e-30", "1e-300", "5e-324"):
        factor = float(size)
        yield f"targets of {size}", named([max(-1, min(1, y)) * factor for y in smooth])
        yield f"inputs of {size}", named(first=[x * factor for x in a])
        yield f"one target of {size}", named(smooth[:-1] + [factor])
        yield f"one input of {size}", named(first=a[:-1] + [factor])
    yield "ends of the numbers", named([(-1) ** i * 1.7976931348623157e308 for i in range(36)])
    yield "offset of targets", named([1e15 + y for y in smooth])
    yield "offset of inputs", named(first=[1e15 + x for x in a])
    yield "offset beyond digits", named(first=[1e18 + x for x in a])
    yield "doubled rows", named()[:18] * 2
    yield "one row many times", named()[:1] * 36
    yield "two rows", named()[:2]
    yield "three rows", named()[:3]
    yield "five rows", named()[:5]
    yield "constant input", named(first=[3.0] * 36)
    yield "all inputs constant", named(first=[3.0] * 36, second=[0.0] * 36)
    yield "the same input twice", named(second=a)
    yield "input is the target", named(first=smooth)
    yield "negative zeros", named([-0.0, 0.0] * 18)
    yield "integers beyond 2^53", [(str(2**60 + i), str(i), str(2**59 + i * i)) for i in range(36)]
    yield "magnitudes", named(first=[10.0 ** (i * 16 - 300) for i in range(36)])
    yield "one class", [(repr(x), repr(y), "red") for x, y in zip(a, b)]
    yield "a class of one row", [(repr(x), repr(y), "red" if i else "blue") for i, (x, y) in enumerate(zip(a, b))]
    yield "classes at random", [(repr(x), repr(y), random.choice("rgb")) for x, y in zip(a, b)]


def ways():
    """Arguments of `kan train`."""
    yield []
    yield ["--precision", "double"]
    methods = [
        ["--optimizer", "adam", "--epochs", "3"], ["--optimizer", "sgd", "--epochs", "3"],
        ["--optimizer", "lbfgs", "--epochs", "4"], ["--optimizer", "lm", "--epochs", "4"],
        ["--init", "least-squares", "--epochs", "0"],
    ]
    grids = {"spline": [[], ["--extend", "3,6"]], "gaussian": [[]], "linear": [[]], "chebyshev": [[]]}
    for method, (edge, options), precision, hidden in itertools.product(
        methods, [(edge, o) for edge, all in grids.items() for o in all], ["float", "double"], [[], ["--hidden", "3"]]
    ):
        yield method + ["--edge", edge, "--precision", precision] + options + hidden
    yield ["--optimizer", "sgd", "--learning-rate", "1e20", "--epochs", "5", "--hidden", "3"]
    yield ["--optimizer", "adam", "--learning-rate", "1e20", "--epochs", "5", "--on-divergence", "recover"]
