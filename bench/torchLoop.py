"""The same workloads in PyTorch, as a loss landscape is usually computed: copy the weights in, run the whole set, average.

A second program made from bench/WORKLOADS.md, sharing no code with the first. Alone, or driven line by line:

    python3 bench/torchLoop.py --workload mlp --grid 11 --n 1000 --threads 1
    python3 bench/torchLoop.py --workload mlp --grid 11 --n 1000 --threads 1 --serve

With --serve it answers each line on standard input, the number of seconds to compute for, with one line of JSON.
"""

import argparse
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def uniform(name, count):
    """u(name, i) in [0, 1): FNV-1a of the name, added to i times the golden ratio, through the finaliser of MurmurHash3."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    h = (np.arange(count, dtype=np.uint64) * 0x9E3779B1 + seed) & 0xFFFFFFFF
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    return h.astype(np.float64) / 2**32


class Dense(nn.Linear):
    """A linear layer that can be computed in several ways, because a PyTorch built on a slow BLAS has quicker ones than its default."""

    WAYS = ("linear", "onednn", "convolution")
    way = "linear"

    def forward(self, x):
        if Dense.way == "onednn":
            return torch._C._nn.mkldnn_linear(x.to_mkldnn(), self.weight, self.bias).to_dense()
        if Dense.way == "convolution":
            return F.conv2d(x[:, :, None, None], self.weight[:, :, None, None], self.bias)[:, :, 0, 0]
        return F.linear(x, self.weight, self.bias)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = Dense(784, 128)
        self.fc2 = Dense(128, 10)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class NotebookCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc1 = Dense(1568, 64)
        self.fc2 = Dense(64, 10)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
        # Features in the order height, width, channel.
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.fc2(F.relu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, planes_in, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(planes_in, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or planes_in != planes:
            self.shortcut = nn.Sequential(nn.Conv2d(planes_in, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*[Block(16, 16, 1) for _ in range(blocks)])
        self.layer2 = nn.Sequential(*[Block(16 if i == 0 else 32, 32, 2 if i == 0 else 1) for i in range(blocks)])
        self.layer3 = nn.Sequential(*[Block(32 if i == 0 else 64, 64, 2 if i == 0 else 1) for i in range(blocks)])
        self.linear = Dense(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(F.avg_pool2d(x, 8).flatten(1))


GREY = ([0.5], [0.25])
COLOUR = ([125.3 / 255, 123.0 / 255, 113.9 / 255], [63.0 / 255, 62.1 / 255, 66.7 / 255])
WORKLOADS = {
    "mlp": (Mlp, (1, 28, 28), 1.0, GREY),
    "cnn": (NotebookCnn, (1, 28, 28), 1.0, GREY),
    "resnet20": (lambda: ResNet(3), (3, 32, 32), 0.6, COLOUR),
    "resnet56": (lambda: ResNet(9), (3, 32, 32), 0.6, COLOUR),
}


def weights_of(name, shape, gain):
    """float32, as the formula says for a tensor of this name and shape."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) >= 2:
        bound = gain * np.sqrt(6 / np.prod(shape[1:]))
        values = (2 * u - 1) * bound
    elif name.endswith(".weight") or name.endswith(".running_var"):
        values = 0.5 + u
    else:
        values = (2 * u - 1) * 0.2
    return values.astype(np.float32).reshape(shape)


def direction_of(prefix, name, weights):
    """Filter-normalised; a vector (bias or batch norm) stands still."""
    if weights.ndim < 2:
        return np.zeros_like(weights)
    raw = (2 * uniform(f"{prefix}/{name}", weights.size) - 1).astype(np.float32).astype(np.float64).reshape(len(weights), -1)
    filters = weights.astype(np.float64).reshape(len(weights), -1)
    scale = np.linalg.norm(filters, axis=1) / (np.linalg.norm(raw, axis=1) + 1e-10)
    return (raw * scale[:, None]).reshape(weights.shape).astype(np.float32)


class Loop:
    def __init__(self, workload, n):
        make, shape, gain, (mean, deviation) = WORKLOADS[workload]
        self.net = make().eval()
        self.parts = []
        for name, tensor in self.net.state_dict(keep_vars=True).items():
            if name.endswith("num_batches_tracked"):
                continue
            centre = weights_of(name, tuple(tensor.shape), gain)
            tensor.data.copy_(torch.from_numpy(centre))
            if isinstance(tensor, nn.Parameter):
                first, second = (torch.from_numpy(direction_of(prefix, name, centre)) for prefix in ("rawx", "rawy"))
                self.parts.append((tensor, torch.from_numpy(centre), first, second))
        channels, height, width = shape
        pixels = np.floor(256 * uniform("zoo-images", n * channels * height * width)).reshape(n, *shape)
        inputs = (pixels / 255 - np.array(mean).reshape(1, -1, 1, 1)) / np.array(deviation).reshape(1, -1, 1, 1)
        self.inputs = torch.from_numpy(inputs.astype(np.float32))
        self.labels = torch.from_numpy(np.floor(10 * uniform("bench-labels", n)).astype(np.int64))
        self.n = n
        self.batch = 128

    def loss(self, a, b):
        with torch.no_grad():
            for parameter, centre, first, second in self.parts:
                parameter.copy_(centre + a * first + b * second)
            total = 0.0
            for start in range(0, self.n, self.batch):
                logits = self.net(self.inputs[start : start + self.batch])
                total += F.cross_entropy(logits, self.labels[start : start + self.batch], reduction="sum").item()
        return total / self.n

    def choose(self, batches):
        """The quickest way of the dense layers, then the quickest batch, so that the loop is at its best."""
        Dense.way = self.quickest(Dense.WAYS if torch.backends.mkldnn.is_available() else ("linear",), lambda way: setattr(Dense, "way", way))
        self.batch = self.quickest(batches, lambda batch: setattr(self, "batch", batch))

    def quickest(self, choices, take):
        times = {}
        for choice in choices:
            take(choice)
            self.loss(0.01, 0)
            times[choice] = min(self.seconds() for _ in range(3))
        best = min(times, key=times.get)
        take(best)
        return best

    def seconds(self):
        start = time.perf_counter()
        self.loss(0.02, 0)
        return time.perf_counter() - start


def points_of(grid):
    at = [0.0] if grid == 1 else [-1 + 2 * i / (grid - 1) for i in range(grid)]
    return [(a, b) for b in at for a in at]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=WORKLOADS, required=True)
    parser.add_argument("--grid", type=int, default=11)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=0, help="0 takes the quickest of a few")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    loop = Loop(options.workload, options.n)
    loop.choose([options.batch] if options.batch else sorted({min(size, options.n) for size in (64, 128, 256, 512, options.n)}))
    points = points_of(options.grid)
    about = {"workload": options.workload, "torch": torch.__version__, "threads": torch.get_num_threads(), "batch": loop.batch, "dense": Dense.way, "n": options.n}
    if options.serve:
        print(json.dumps(about), flush=True)
        done = 0
        for line in sys.stdin:
            start, processor, first = time.perf_counter(), time.process_time(), done
            while done == first or time.perf_counter() - start < float(line):
                loop.loss(*points[done % len(points)])
                done += 1
            answer = {"points": done - first, "seconds": time.perf_counter() - start, "processorSeconds": time.process_time() - processor}
            print(json.dumps(answer), flush=True)
        return
    loop.loss(*points[0])
    start = time.perf_counter()
    losses = [loop.loss(a, b) for a, b in points]
    seconds = time.perf_counter() - start
    result = {"points": len(points), "seconds": seconds, "pointsPerSecond": len(points) / seconds}
    print(json.dumps({**about, **result, "losses": {"first": losses[0], "middle": losses[len(losses) // 2], "last": losses[-1]}}))


main()
