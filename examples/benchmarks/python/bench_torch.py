#!/usr/bin/env python3
"""The shapes of Benchmarks in PyTorch, and in TensorLy-Torch where it is installed.

    python3 examples/benchmarks/python/bench_torch.py --quick --ours out/benchmarks.json

prints a table with a line for each contender; with --ours (what Benchmarks wrote on the same
machine) the times of this library stand in it, too. Needs torch; tltorch is optional.

dense   torch.nn.Linear, Conv2d, LSTM
chain   the cores contracted one by one, as TensorLy-Torch and t3f do it, in plain torch;
        for convolutions 1x1, 3x3, 1x1
tltorch tltorch.FactorizedLinear(factorization="blocktt", implementation="factorized")
"""
import argparse
import json
import math
import statistics
import time

import torch
from torch import nn

try:
    import tensorly
    import tltorch

    tensorly.set_backend("pytorch")
except ImportError:
    tltorch = None

DENSE = {  # name: input modes, output modes, rank
    "IN25088_OUT4096_RANK4": ((2, 7, 8, 8, 7, 4), (4,) * 6, 4),
    "IN1024_OUT1024_RANK8": ((4,) * 5, (4,) * 5, 8),
    "IN1024_OUT1024_RANK16": ((32, 32), (32, 32), 16),
    "IN4096_OUT4096_RANK8": ((4,) * 6, (4,) * 6, 8),
}
STAGES = {"C64_S56": (64, 56), "C128_S28": (128, 28), "C256_S14": (256, 14), "C512_S7": (512, 7)}
LSTM_IN, LSTM_OUT, LSTM_STEPS, LSTM_BATCH = 57_600, 256, 6, 16
CONV_BATCH, NINE_BATCH = 16, 64


class TTLinear(nn.Module):
    """y = W x with W(i, j) = G1[i1, j1] ... Gd[id, jd] (Novikov et al. 2015, equation 5)."""

    def __init__(self, inputs, outputs, rank):
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        ranks = [1] + [rank] * (len(inputs) - 1) + [1]
        self.cores = nn.ParameterList(
            nn.Parameter(torch.randn(ranks[k], inputs[k], outputs[k], ranks[k + 1]) * 0.1)
            for k in range(len(inputs)))
        self.bias = nn.Parameter(torch.zeros(math.prod(outputs)))

    def forward(self, x):
        batch = x.shape[0]
        y = x.reshape(batch, 1, -1)  # batch and done outputs, rank, inputs to do
        for core, n in zip(self.cores, self.inputs):
            y = y.reshape(y.shape[0], core.shape[0], n, -1)
            y = torch.einsum("brnt,rnms->bmst", y, core)
            y = y.reshape(-1, core.shape[3], y.shape[3])
        return y.reshape(batch, -1) + self.bias


class TTLstm(nn.Module):
    """An LSTM whose input-to-hidden matrix is a tensor train."""

    def __init__(self):
        super().__init__()
        self.input = TTLinear((8, 20, 20, 18), (16, 4, 4, 4), 4)
        self.hidden = nn.Linear(LSTM_OUT, 4 * LSTM_OUT, bias=False)

    def forward(self, x):  # [batch, steps, inputs]
        a = self.input(x.reshape(-1, LSTM_IN)).reshape(x.shape[0], x.shape[1], -1)
        h = c = x.new_zeros(x.shape[0], LSTM_OUT)
        states = []
        for t in range(x.shape[1]):
            i, f, o, g = (a[:, t] + self.hidden(h)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            states.append(h)
        return torch.stack(states, 1)


class First(nn.Module):
    """The sequence that nn.LSTM puts out, without its last state."""

    def __init__(self, lstm):
        super().__init__()
        self.lstm = lstm

    def forward(self, x):
        return self.lstm(x)[0]


def nine_convolutions():
    layers, channels = [], 3
    for k in range(9):
        out = 16 << (k // 3)
        layers += [nn.Conv2d(channels, out, 3, 2 if k in (3, 6) else 1, 1, bias=False),
                   nn.BatchNorm2d(out), nn.ReLU()]
        channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def bottleneck(channels):
    """The r channels in the middle that leave 1 / 2.5 of the multiplications."""
    r = int(channels * (math.sqrt(4 + 36 * 9 / 2.5) - 2) / 18)
    return nn.Sequential(nn.Conv2d(channels, r, 1, bias=False), nn.Conv2d(r, r, 3, padding=1, bias=False),
                         nn.Conv2d(r, channels, 1))


def cases(batches):
    """Row (as Benchmarks names it), contender, module, input."""
    for batch in batches:
        for name, (inputs, outputs, rank) in DENSE.items():
            n, m = math.prod(inputs), math.prod(outputs)
            x = torch.randn(batch, n)
            row = f"DenseBenchmark.%s batch={batch} shape={name}"
            yield row, "dense", nn.Linear(n, m), x
            yield row, "chain", TTLinear(inputs, outputs, rank), x
            if tltorch:
                yield row, "tltorch", tltorch.FactorizedLinear(
                    inputs, outputs, factorization="blocktt", rank=rank, implementation="factorized"), x
    for name, (channels, size) in STAGES.items():
        x = torch.randn(CONV_BATCH, channels, size, size)
        row = f"ConvolutionBenchmark.%s stage={name}"
        yield row, "dense", nn.Conv2d(channels, channels, 3, padding=1), x
        yield row, "chain", bottleneck(channels), x
    x = torch.randn(LSTM_BATCH, LSTM_STEPS, LSTM_IN)
    yield "LstmBenchmark.%s", "dense", First(nn.LSTM(LSTM_IN, LSTM_OUT, batch_first=True)), x
    yield "LstmBenchmark.%s", "chain", TTLstm(), x
    yield "HelpersBenchmark.%s", "dense", nine_convolutions(), torch.randn(NINE_BATCH, 3, 32, 32)


def milliseconds(work, seconds, measurements):
    """Mean of the measurements and half their 95 % confidence interval (Student's t)."""
    work()
    start = time.perf_counter()
    work()
    calls = max(1, int(seconds / max(1e-7, time.perf_counter() - start)))
    times = []
    for k in range(measurements + 1):  # the first is a warm-up
        start = time.perf_counter()
        for _ in range(calls):
            work()
        times.append(1e3 * (time.perf_counter() - start) / calls)
    t = {5: 2.776, 8: 2.365}[measurements]
    return statistics.mean(times[1:]), t * statistics.stdev(times[1:]) / math.sqrt(measurements)


def output(module, x):
    module.eval()

    def work():
        with torch.inference_mode():
            module(x)

    return work


def fit(module, x):
    """A step of SGD with a squared error, as in Benchmarks."""
    module.train()
    target = torch.randn_like(module(x))
    optimizer = torch.optim.SGD(module.parameters(), lr=1e-6)

    def work():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.mse_loss(module(x), target).backward()
        optimizer.step()

    return work


def ours(path):
    """Row to [(contender, ms)] of Benchmarks."""
    rows = {}
    with open(path, encoding="utf-8") as f:
        for r in json.load(f)["ratios"]:
            rows.setdefault(r["row"], []).append((r["contender"], r["milliseconds"]))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short measurements, batches 1 and 100")
    parser.add_argument("--ours", metavar="FILE", help="benchmarks.json of Benchmarks")
    parser.add_argument("--out", metavar="FILE", help="also write the rows as JSON")
    parser.add_argument("--threads", type=int, help="default: torch's own choice")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    beside = ours(args.ours) if args.ours else {}
    seconds, measurements = (0.2, 5) if args.quick else (0.5, 8)
    found = []
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, tltorch:"
          f" {tltorch.__version__ if tltorch else 'not installed'}")
    print("| row | contender | ms |\n|---|---|---|")
    for row, contender, module, x in cases((1, 100) if args.quick else (1, 32, 100, 256)):
        for name, step in (("output", output), ("fit", fit)):
            mean, error = milliseconds(step(module, x), seconds, measurements)
            found.append({"row": row % name, "contender": contender, "milliseconds": mean, "error": error})
            print(f"| {row % name} | torch {contender} | {mean:.3f} ± {error:.3f} |", flush=True)
            if contender == "dense":
                for theirs, ms in beside.get(row % name, []):
                    print(f"| {row % name} | dl4j-tt {theirs} | {ms:.3f} |")
    if args.out:
        with open(args.out, "w", encoding="utf-8") as f:
            json.dump(found, f, indent=2)


if __name__ == "__main__":
    main()
