"""A PyTorch process that serves timed work: one JSON request a line in, one JSON answer a line out."""

import json
import os
import sys
import time

import torch
import torch.nn.functional as F
from torch.func import grad, jvp, linearize

tasks = {}
place = {}


def load(path, shape, dtype=torch.float32):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype).reshape(shape).clone()


def split(flat, shapes):
    parts, offset = [], 0
    for shape in shapes:
        size = 1
        for n in shape:
            size *= n
        parts.append(flat[offset : offset + size].reshape(shape).clone())
        offset += size
    return parts


def mlp(p, x):
    x = x.flatten(1)
    for i in range(0, len(p) - 2, 2):
        x = F.relu(F.linear(x, p[i], p[i + 1]))
    return F.linear(x, p[-2], p[-1])


def cnn(p, x):
    x = F.relu(F.conv2d(x, p[0], p[1], padding=1))
    x = F.max_pool2d(F.relu(F.conv2d(x, p[2], p[3], padding=1)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p[4], p[5], padding=1)), 2)
    x = F.relu(F.linear(x.flatten(1), p[6], p[7]))
    return F.linear(x, p[8], p[9])


def resnet8(p, x):
    p = iter(p)

    def conv(x, stride=1, padding=1):
        return F.conv2d(x, next(p), next(p), stride=stride, padding=padding)

    x = F.relu(conv(x))
    for stride in (1, 2, 2):
        y = conv(F.relu(conv(x, stride)))
        x = F.relu(y + (x if stride == 1 else conv(x, stride, 0)))
    return F.linear(x.mean((2, 3)), next(p), next(p))


models = {"mlp": mlp, "cnn": cnn, "resnet8": resnet8}


def loss_of(request):
    model = models[request["model"]]
    if request.get("loss", "cross-entropy") == "mean-squared-error":
        return lambda p, x, y: F.mse_loss(model(p, x), F.one_hot(y, 10).to(x.dtype))
    return lambda p, x, y: F.cross_entropy(model(p, x), y)


def data_of(request):
    p = split(load(request["parameters"], [-1]), request["shapes"])
    x = load(request["inputs"], [-1, *request["inputShape"]])
    y = load(request["labels"], [-1], torch.int32).long()
    return p, x, y


def hvp_task(request):
    """Repeated Hessian-vector products at one point, three ways."""
    loss = loss_of(request)
    p, x, y = data_of(request)
    v = split(load(request["vector"], [-1]), request["shapes"])
    kept = [t.clone().requires_grad_() for t in p]
    gradient = torch.autograd.grad(loss(kept, x, y), kept, create_graph=True)
    gradient_of = grad(lambda q: loss(q, x, y))
    point, direction = tuple(p), tuple(v)
    variants = {
        "graph kept": lambda: torch.autograd.grad(gradient, kept, v, retain_graph=True),
        "jvp of grad": lambda: jvp(gradient_of, (point,), (direction,))[1],
    }
    try:
        linear = linearize(gradient_of, point)[1]
        linear(direction)
        variants["linearize"] = lambda: linear(direction)
    except Exception as error:  # reported by `variants`, never hidden
        print(f"peer: torch.func.linearize: {str(error).splitlines()[0]}", file=sys.stderr)
    return variants


def step_task(request):
    """SGD steps over a shuffled epoch held in memory: eager autograd with three updates, and compiled."""
    loss = loss_of(request)
    p, x, y = data_of(request)
    batch, rate = request["batch"], request["rate"]
    order = torch.randperm(len(x))
    state = {"at": 0}

    def next_batch():
        if state["at"] + batch > len(x):
            order.copy_(torch.randperm(len(x)))
            state["at"] = 0
        rows = order[state["at"] : state["at"] + batch]
        state["at"] += batch
        return x[rows], y[rows]

    def with_optimizer(**options):
        q = [t.clone().requires_grad_() for t in p]
        sgd = torch.optim.SGD(q, lr=rate, **options)

        def step():
            xb, yb = next_batch()
            sgd.zero_grad(set_to_none=True)
            loss(q, xb, yb).backward()
            sgd.step()

        return step

    def by_hand(of):
        q = [t.clone().requires_grad_() for t in p]

        def step():
            xb, yb = next_batch()
            g = torch.autograd.grad(of(q, xb, yb), q)
            with torch.no_grad():
                torch._foreach_add_(q, g, alpha=-rate)

        return step

    variants = {
        "optim.SGD": with_optimizer(),
        "optim.SGD fused": with_optimizer(fused=True),
        "autograd.grad and _foreach_add_": by_hand(loss),
    }
    try:
        step = by_hand(torch.compile(loss, dynamic=False))
        step()
        variants["torch.compile of the loss"] = step
    except Exception as error:
        print(f"peer: torch.compile: {str(error).splitlines()[0]}", file=sys.stderr)
    return variants


def hessian_product(loss, p, x, y):
    q = [t.clone().requires_grad_() for t in p]
    g = torch.cat([t.flatten() for t in torch.autograd.grad(loss(q, x, y), q, create_graph=True)])

    def product(v):
        return torch.cat([t.flatten() for t in torch.autograd.grad(g, q, v, retain_graph=True)])

    return product


def lanczos(product, start, tolerance, most=300):
    """Largest eigenvalue by Lanczos, fully reorthogonalised twice, to a relative residual."""
    basis = torch.empty(64, len(start))
    q = start / start.norm()
    alphas, betas = [], []
    for j in range(most):
        if j == len(basis):
            basis = torch.cat([basis, torch.empty_like(basis)])
        basis[j] = q
        w = product(q)
        held = basis[: j + 1]
        c = held @ w
        w = w - held.T @ c
        alphas.append(c[j].item())
        w = w - held.T @ (held @ w)
        beta = w.norm().item()
        t = torch.diag(torch.tensor(alphas, dtype=torch.float64))
        for i, b in enumerate(betas):
            t[i, i + 1] = t[i + 1, i] = b
        values, vectors = torch.linalg.eigh(t)
        if abs(beta * vectors[-1, -1].item()) <= tolerance * abs(values[-1].item()):
            break
        betas.append(beta)
        q = w / beta
    top = vectors[:, -1].float() @ basis[: j + 1]
    return values[-1].item(), top, j + 1


def batch_sharpness(loss, p, x, y, batch, most, least=20, epsilon=0.005):
    """The EoSS authors' estimator: fresh batches without replacement, mean of ratios, and their stop
    rule, the delta method for the ratio of means (utils/measure.py, `calculate_averaged_grad_H_grad`)."""
    q = [t.clone().requires_grad_() for t in p]
    numerators, denominators = [], []
    for i in range(1, most + 1):
        rows = torch.randperm(len(x))[:batch]
        g = torch.autograd.grad(loss(q, x[rows], y[rows]), q, create_graph=True)
        v = [t.detach() for t in g]
        h = torch.autograd.grad(g, q, v)
        numerators.append(sum((a * b).sum() for a, b in zip(v, h)).item())
        denominators.append(sum((a * a).sum() for a in v).item())
        if epsilon > 0 and i >= least:
            a = torch.tensor(numerators, dtype=torch.float64)
            b = torch.tensor(denominators, dtype=torch.float64)
            mx, my = a.mean(), b.mean()
            cov = ((a - mx) * (b - my)).sum() / (i - 1)
            variance = (a.var() / my**2 - 2 * cov * mx / my**3 + b.var() * mx**2 / my**4) / i
            if variance.clamp(min=0).sqrt() / (mx / my).abs() < epsilon:
                break
    r = torch.tensor(numerators, dtype=torch.float64) / torch.tensor(denominators, dtype=torch.float64)
    return r.mean().item(), (r.std() / len(r) ** 0.5).item(), len(r)


def track_task(request):
    loss = loss_of(request)
    p, x, y = data_of(request)
    subset = request["subset"]
    start = load(request["vector"], [-1])
    found = {}

    def largest():
        product = hessian_product(loss, p, x[:subset], y[:subset])
        value, _, products = lanczos(product, start, request["tolerance"])
        found["lambda max"] = [value, products]

    def sharpness():
        found["batch sharpness"] = batch_sharpness(
            loss, p, x, y, request["batch"], request["count"], epsilon=0
        )

    def by_rule():
        found["by rule"] = batch_sharpness(loss, p, x, y, request["batch"], 1000)

    variants = {"lambda max": largest, "batch sharpness": sharpness, "by rule": by_rule}
    variants["found"] = found
    return variants


def top_by_lanczos(product, start, count, tolerance, most=300):
    """The first eigenvalues by one Lanczos sequence, fully reorthogonalised twice."""
    basis = torch.empty(most, len(start))
    q, alphas, betas = start / start.norm(), [], []
    for j in range(min(most, len(start))):
        basis[j] = q
        w = product(q)
        held = basis[: j + 1]
        c = held @ w
        w = w - held.T @ c
        w = w - held.T @ (held @ w)
        alphas.append(c[j].item())
        beta = w.norm().item()
        t = torch.diag(torch.tensor(alphas, dtype=torch.float64))
        for i, b in enumerate(betas):
            t[i, i + 1] = t[i + 1, i] = b
        values, vectors = torch.linalg.eigh(t)
        residuals = (beta * vectors[-1]).abs()
        if j + 1 >= count and (residuals[-count:] <= tolerance * values[-1].abs()).all():
            break
        betas.append(beta)
        q = w / beta
    top = vectors[:, -count:].T.float() @ basis[: j + 1]
    return values[-count:].flip(0).tolist(), top, j + 1


def quadrature(product, dim, probes, steps):
    """Nodes and weights of Lanczos from normal probes, fully reorthogonalised twice."""
    out = []
    for _ in range(probes):
        basis = torch.empty(steps, dim)
        q = torch.randn(dim)
        q, alphas, betas = q / q.norm(), [], []
        for j in range(steps):
            basis[j] = q
            w = product(q)
            held = basis[: j + 1]
            c = held @ w
            w = w - held.T @ c
            w = w - held.T @ (held @ w)
            alphas.append(c[j].item())
            beta = w.norm().item()
            betas.append(beta)
            q = w / beta
        t = torch.diag(torch.tensor(alphas)) + torch.diag(torch.tensor(betas[:-1]), 1)
        t = t + torch.diag(torch.tensor(betas[:-1]), -1)
        nodes, vectors = torch.linalg.eigh(t.double())
        out.append((nodes, vectors[0] ** 2))
    return out


def hutchinson(product, dim, probes):
    """Signs have one variance whoever draws them: as many probes, the same standard error."""
    values = []
    for _ in range(probes):
        z = torch.randint(0, 2, (dim,)).float() * 2 - 1
        values.append((z @ product(z)).item())
    v = torch.tensor(values, dtype=torch.float64)
    return v.mean().item(), (v.std() / len(v) ** 0.5).item(), len(v)


class Module(torch.nn.Module):
    """A model of this file as the module that PyHessian wants."""

    def __init__(self, model, p):
        super().__init__()
        self.model = model
        self.p = torch.nn.ParameterList([torch.nn.Parameter(t.clone()) for t in p])

    def forward(self, x):
        return self.model(list(self.p), x)


def spectrum_task(request):
    """Top eigenvalues, trace and density, with the graph kept and by PyHessian as shipped."""
    loss = loss_of(request)
    p, x, y = data_of(request)
    dim = sum(t.numel() for t in p)
    start = load(request["vector"], [-1])
    count, tolerance = request["count"], request["tolerance"]
    found = {}
    kept = {}

    def product(v):
        if "product" not in kept:
            kept["product"] = hessian_product(loss, p, x, y)
        return kept["product"](v)

    def top():
        values, _, products = top_by_lanczos(product, start, count, tolerance)
        found["top"] = [values[0], values[-1], products]

    def trace():
        found["trace"] = hutchinson(product, dim, request["traceProbes"])

    def density():
        quadrature(product, dim, request["probes"], request["steps"])
        found["density"] = request["probes"] * request["steps"]

    variants = {"top: Lanczos": top, "trace: Hutchinson": trace, "density: SLQ": density}
    try:
        from importlib.metadata import version

        from pyhessian import hessian

        module = Module(models[request["model"]], p)

        def shipped():
            return hessian(module, torch.nn.functional.cross_entropy, data=(x, y), cuda=False)

        def shipped_top():
            values, _ = shipped().eigenvalues(maxIter=100, tol=tolerance, top_n=count)
            found["PyHessian top"] = [values[0], values[-1]]

        def shipped_trace():
            # As many probes as everybody: its own rule stops by the drift of the mean, and with
            # tol = 0 as soon as that is negative.
            values = shipped().trace(maxIter=request["traceProbes"], tol=float("-inf"))
            found["PyHessian trace"] = [sum(values) / len(values), len(values)]

        found["PyHessian"] = version("pyhessian")
        variants["top: PyHessian"] = shipped_top
        variants["trace: PyHessian"] = shipped_trace
    except Exception as error:
        print(f"peer: PyHessian: {str(error).splitlines()[0]}", file=sys.stderr)
    variants["found"] = found
    return variants


makers = {"spectrum": spectrum_task, "hvp": hvp_task, "step": step_task, "track": track_task}


def answer(request):
    command = request["command"]
    if command == "hello":
        torch.set_num_threads(request["threads"])
        place["folder"] = request["folder"]
        place["clock"] = time.process_time if request["cpuClock"] else time.perf_counter
        return {"version": f"PyTorch {torch.__version__}, Python {sys.version.split()[0]}"}
    if command == "make":
        tasks[request["id"]] = makers[request["task"]](request)
        return {"variants": [name for name, work in tasks[request["id"]].items() if callable(work)]}
    if command == "drop":
        tasks.pop(request["id"], None)
        return {}
    if command == "found":
        return {"found": tasks[request["id"]]["found"]}
    work = tasks[request["id"]][request["variant"]]
    if command == "result":
        path = os.path.join(place["folder"], "out")
        with open(path, "wb") as file:
            file.write(bytes(torch.cat([t.flatten() for t in work()]).contiguous().untyped_storage()))
        return {"path": path}
    clock = place["clock"]
    begin = clock()
    for _ in range(request["repeats"]):
        work()
    return {"seconds": clock() - begin}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
