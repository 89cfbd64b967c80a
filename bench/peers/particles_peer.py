"""NumPy and PyTorch on particles in landscapes: one JSON request a line in, one JSON answer a line out."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

try:
    import torch
except ImportError:
    torch = None

MULLER = (
    np.array([-200.0, -100.0, -170.0, 15.0], np.float32),
    np.array([-1.0, -1.0, -6.5, 0.7], np.float32),
    np.array([0.0, 0.0, 11.0, 0.6], np.float32),
    np.array([-10.0, -10.0, -6.5, 0.7], np.float32),
    np.array([1.0, 0.0, -0.5, -1.0], np.float32),
    np.array([0.0, 0.5, 1.5, 1.0], np.float32),
)


def numpy_well(particles, steps, chunk, h, s, b, seed):
    """In place on a chunk that stays in the cache; nobody leaves, and everybody is asked."""
    rng = np.random.Generator(np.random.SFC64(seed))
    left = 0
    for _ in range(particles // chunk):
        x = np.full(chunk, -1, np.float32)
        t, z = np.empty_like(x), np.empty_like(x)
        for _ in range(steps):
            rng.standard_normal(out=z, dtype=np.float32)
            np.multiply(x, x, out=t)
            np.multiply(t, x, out=t)
            np.subtract(x, t, out=t)
            t *= h
            x += t
            z *= s
            x += z
            if x.max() > b:
                left += 1
    return left


def numpy_muller(particles, steps, chunk, h, s, b, seed):
    rng = np.random.Generator(np.random.SFC64(seed))
    left = 0
    for _ in range(particles // chunk):
        x = np.full(chunk, -0.558, np.float32)
        y = np.full(chunk, 1.442, np.float32)
        z = np.empty_like(x)
        for _ in range(steps):
            gx, gy = np.zeros_like(x), np.zeros_like(x)
            for A, a, bb, c, x0, y0 in zip(*MULLER):
                dx, dy = x - x0, y - y0
                e = A * np.exp(a * dx * dx + bb * dx * dy + c * dy * dy)
                gx += e * (2 * a * dx + bb * dy)
                gy += e * (bb * dx + 2 * c * dy)
            rng.standard_normal(out=z, dtype=np.float32)
            x += s * z - h * gx
            rng.standard_normal(out=z, dtype=np.float32)
            y += s * z - h * gy
            if x.max() > b:
                left += 1
    return left


def torch_well(particles, steps, chunk, h, s, b, seed):
    generator = torch.Generator().manual_seed(seed)
    left = 0
    for _ in range(particles // chunk):
        x = torch.full((chunk,), -1.0)
        t, z = torch.empty_like(x), torch.empty_like(x)
        for _ in range(steps):
            z.normal_(generator=generator)
            torch.mul(x, x, out=t)
            t.mul_(x)
            torch.sub(x, t, out=t)
            x.add_(t, alpha=h).add_(z, alpha=s)
            if x.max() > b:
                left += 1
    return left


WORK = {"numpy well": numpy_well, "numpy muller": numpy_muller, "torch well": torch_well}


def answer(request):
    if request["command"] == "hello":
        versions = [f"NumPy {np.__version__}"]
        if torch is not None:
            torch.set_num_threads(1)
            versions.append(f"PyTorch {torch.__version__}")
        return {"version": ", ".join(versions), "torch": torch is not None}
    work = WORK[request["work"]]
    threads, steps, chunk = request["threads"], request["steps"], request["chunk"]
    particles = request["particles"] // threads
    arguments = (particles, steps, chunk, request["h"], request["s"], request["b"])
    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(work, *arguments, 1 + t) for t in range(threads)]
        left = sum(job.result() for job in jobs)
    return {"seconds": time.perf_counter() - start, "left": left}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # noqa: BLE001 - said to who asked
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
