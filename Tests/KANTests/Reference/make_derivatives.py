"""Derivatives of small networks by PyTorch's automatic differentiation in double precision, for derivatives.json: run in
this folder."""
import json

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)

ACTIVATIONS = {"identity": lambda z: z, "tanh": torch.tanh, "silu": torch.nn.functional.silu, "sigmoid": torch.sigmoid}


def spline(x, grid, degree):
    """B-splines on a uniform grid over [-1, 1], and SiLU: [in × K] of x: [in]."""
    step = 2 / grid
    t = [-1 + step * (j - degree) for j in range(grid + 2 * degree + 1)]
    level = [((x >= t[j]) & (x < t[j + 1])).double() for j in range(len(t) - 1)]
    for k in range(1, degree + 1):
        level = [(x - t[j]) / (t[j + k] - t[j]) * level[j] + (t[j + k + 1] - x) / (t[j + k + 1] - t[j + 1]) * level[j + 1]
                 for j in range(len(level) - 1)]
    return torch.stack(level + [torch.nn.functional.silu(x)], dim=-1)


def chebyshev(x, degree):
    values = [torch.ones_like(x), x]
    for _ in range(degree - 1):
        values.append(2 * x * values[-1] - values[-2])
    return torch.stack(values[1:], dim=-1)


def gaussian(x, grid):
    h = 2 / grid
    centers = -1 + h * torch.arange(grid + 1)
    return torch.cat([torch.exp(-((x[:, None] - centers) / h) ** 2), torch.nn.functional.silu(x)[:, None]], dim=-1)


def functions(layer, x):
    match layer["basis"]:
        case "linear": return x[:, None]
        case "bSpline": return spline(x, layer["grid"], layer["degree"])
        case "chebyshev": return chebyshev(x, layer["degree"])
        case "gaussian": return gaussian(x, layer["grid"])


def forward(layers, scaling, parameters, x):
    x = (x - scaling["inputShift"]) * scaling["inputFactor"]
    place = 0
    for layer in layers:
        phi = functions(layer, x).reshape(-1)
        products = layer["products"]
        sums = layer["outputs"] + products
        w = parameters[place:place + phi.numel() * sums].reshape(phi.numel(), sums)
        place += w.numel()
        z = phi @ w + parameters[place:place + sums]
        place += sums
        single = layer["outputs"] - products
        pairs = z[single:]
        x = torch.cat([ACTIVATIONS[layer["activation"]](z[:single]), pairs[0::2] * pairs[1::2]])
    return x / scaling["outputFactor"] + scaling["outputShift"]


def layer(basis, inputs, outputs, activation="identity", products=0, grid=0, degree=0):
    count = {"linear": 1, "bSpline": grid + degree + 1, "chebyshev": degree, "gaussian": grid + 2}[basis]
    return dict(basis=basis, inputs=inputs, outputs=outputs, activation=activation, products=products, grid=grid,
                degree=degree, parameters=(inputs * count + 1) * (outputs + products))


def case(*layers, rows=3):
    inputs, outputs = layers[0]["inputs"], layers[-1]["outputs"]
    parameters = 0.5 * torch.randn(sum(layer["parameters"] for layer in layers))
    scaling = dict(inputShift=torch.randn(inputs), inputFactor=0.5 + torch.rand(inputs), outputShift=torch.randn(outputs),
                   outputFactor=0.5 + torch.rand(outputs))
    # Within the grid of the first layer.
    x = (1.9 * torch.rand(rows, inputs) - 0.95) / scaling["inputFactor"] + scaling["inputShift"]
    v, w, dy = torch.randn(rows, inputs), torch.randn(rows, inputs), torch.randn(rows, outputs)
    result = dict(layers=[{k: n for k, n in layer.items() if k != "parameters"} for layer in layers],
                  parameters=parameters, **scaling, x=x, v=v, w=w, dy=dy, values=[], jacobian=[], hessian=[], jvp=[],
                  second=[], inputGradient=[])
    p = parameters.clone().requires_grad_()
    total = 0
    for row in range(rows):
        def f(x, p=parameters): return forward(layers, scaling, p, x)
        jacobian = torch.autograd.functional.jacobian(f, x[row])
        hessian = torch.stack([torch.autograd.functional.hessian(lambda x: f(x)[m], x[row]) for m in range(outputs)])
        result["values"].append(f(x[row]))
        result["jacobian"].append(jacobian)
        result["hessian"].append(hessian)
        result["jvp"].append(jacobian @ v[row])
        result["second"].append(torch.einsum("i,mij,j->m", v[row], hessian, w[row]))
        result["inputGradient"].append(dy[row] @ jacobian)
        total = total + dy[row] @ f(x[row], p)
    total.backward()
    result["parameterGradient"] = p.grad
    for name, value in result.items():
        if name == "layers": continue
        value = torch.stack(value) if isinstance(value, list) else value
        result[name] = value.reshape(-1).tolist()
    return result


cases = [
    case(layer("linear", 3, 4, "tanh"), layer("linear", 4, 2)),
    case(layer("linear", 2, 3, "sigmoid", products=2), layer("linear", 3, 4, "silu"), layer("linear", 4, 3)),
    case(layer("bSpline", 2, 3, "tanh", grid=5, degree=3), layer("chebyshev", 3, 2, degree=4)),
    case(layer("bSpline", 3, 3, "silu", products=1, grid=4, degree=4), layer("gaussian", 3, 1, grid=5)),
    case(layer("bSpline", 1, 2, products=2, grid=3, degree=2), layer("linear", 2, 2, "silu", products=1)),
]
with open("derivatives.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
