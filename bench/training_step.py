"""The same nets and steps in PyTorch (Debian: python3-torch).

Usage: step|forward BLOCKS BATCH LR_SIDE RUNS. Prints one JSON object.
"""

import json
import os
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class DenseBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(64 + 32 * k, 32 if k < 4 else 64, 3, 1, 1) for k in range(5)])

    def forward(self, x):
        maps = [x]
        for conv in self.convs[:-1]:
            maps.append(F.leaky_relu(conv(torch.cat(maps, 1)), 0.2, inplace=True))
        return x + 0.2 * self.convs[-1](torch.cat(maps, 1))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(DenseBlock(), DenseBlock(), DenseBlock())

    def forward(self, x):
        return x + 0.2 * self.body(x)


class Generator(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.first = nn.Conv2d(3, 64, 3, 1, 1)
        self.body = nn.Sequential(*[Block() for _ in range(blocks)])
        self.trunk, self.up1, self.up2, self.hr = (nn.Conv2d(64, 64, 3, 1, 1) for _ in range(4))
        self.last = nn.Conv2d(64, 3, 3, 1, 1)

    def forward(self, x):
        first = self.first(x)
        x = first + self.trunk(self.body(first))
        for up in (self.up1, self.up2):
            x = F.leaky_relu(up(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2, inplace=True)
        return self.last(F.leaky_relu(self.hr(x), 0.2, inplace=True))


def main():
    task, blocks, batch, side, runs = sys.argv[1], *map(int, sys.argv[2:6])
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(1)
    net = Generator(blocks)
    lr, hr = torch.rand(batch, 3, side, side), torch.rand(batch, 3, 4 * side, 4 * side)
    optimizer = torch.optim.Adam(net.parameters(), 1e-4)

    def step():
        optimizer.zero_grad()
        (net(lr) - hr).abs().mean().backward()
        optimizer.step()

    def forward():
        with torch.no_grad():
            net(lr)

    run, times = step if task == "step" else forward, []
    for index in range(2 + runs):
        before = time.perf_counter()
        run()
        if index >= 2:
            times.append((time.perf_counter() - before) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"times": times, "peak": peak}))


if __name__ == "__main__":
    main()
