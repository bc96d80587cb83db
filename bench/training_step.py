"""The same nets and steps in PyTorch (Debian: python3-torch).

Usage: [compact-|span-|realplksr-]step|forward BLOCKS BATCH LR_SIDE RUNS. Prints one JSON object.
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


class Compact(nn.Module):
    def __init__(self, convolutions):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 3, 1, 1), nn.PReLU(64)]
        for _ in range(convolutions):
            layers += [nn.Conv2d(64, 64, 3, 1, 1), nn.PReLU(64)]
        self.body = nn.Sequential(*layers, nn.Conv2d(64, 48, 3, 1, 1), nn.PixelShuffle(4))

    def forward(self, x):
        return self.body(x) + F.interpolate(x, scale_factor=4, mode="nearest")


class Rep(nn.Module):
    """A convolution of SPAN, in its branches while it trains."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.skip = nn.Conv2d(inputs, outputs, 1)
        self.deep = nn.Sequential(
            nn.Conv2d(inputs, 2 * inputs, 1), nn.Conv2d(2 * inputs, 2 * outputs, 3), nn.Conv2d(2 * outputs, outputs, 1)
        )
        self.merged = nn.Conv2d(inputs, outputs, 3, 1, 1)

    def forward(self, x):
        if not torch.is_grad_enabled():
            return self.merged(x)
        return self.deep(F.pad(x, (1, 1, 1, 1))) + self.skip(x)


class Span(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.first, self.last = Rep(3, 48), Rep(48, 48)
        self.blocks = nn.ModuleList([nn.ModuleList([Rep(48, 48) for _ in range(3)]) for _ in range(blocks)])
        self.join, self.up = nn.Conv2d(192, 48, 1), nn.Conv2d(48, 48, 3, 1, 1)

    def forward(self, x):
        first = x = self.first(x)
        after_first = None
        for a, b, c in self.blocks:
            middle = F.silu(a(x))
            out = c(F.silu(b(middle)))
            x = (out + x) * (torch.sigmoid(out) - 0.5)
            after_first = x if after_first is None else after_first
        return F.pixel_shuffle(self.up(self.join(torch.cat([first, self.last(x), after_first, middle], 1))), 4)


class LargeKernelBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.mixer = nn.Sequential(nn.Conv2d(64, 128, 3, 1, 1), nn.Mish(), nn.Conv2d(128, 64, 3, 1, 1))
        self.large, self.attention = nn.Conv2d(16, 16, 17, 1, 8), nn.Conv2d(64, 64, 3, 1, 1)
        self.refine, self.norm = nn.Conv2d(64, 64, 1), nn.GroupNorm(4, 64)

    def forward(self, x):
        t = self.mixer(x)
        t = torch.cat([self.large(t[:, :16]), t[:, 16:]], 1)
        return x + self.norm(self.refine(t * torch.sigmoid(self.attention(t))))


class RealPlksr(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.feats = nn.Sequential(
            nn.Conv2d(3, 64, 3, 1, 1), *[LargeKernelBlock() for _ in range(blocks)], nn.Conv2d(64, 48, 3, 1, 1)
        )

    def forward(self, x):
        return F.pixel_shuffle(self.feats(x) + x.repeat_interleave(16, 1), 4)


NETS = {"compact": Compact, "span": Span, "realplksr": RealPlksr}


def main():
    task, blocks, batch, side, runs = sys.argv[1], *map(int, sys.argv[2:6])
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(1)
    net = NETS.get(task.split("-")[0], Generator)(blocks)
    lr, hr = torch.rand(batch, 3, side, side), torch.rand(batch, 3, 4 * side, 4 * side)
    optimizer = torch.optim.Adam(net.parameters(), 1e-4)

    def step():
        optimizer.zero_grad()
        (net(lr) - hr).abs().mean().backward()
        optimizer.step()

    def forward():
        with torch.no_grad():
            net(lr)

    run, times = step if task.endswith("step") else forward, []
    for index in range(2 + runs):
        before = time.perf_counter()
        run()
        if index >= 2:
            times.append((time.perf_counter() - before) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"times": times, "peak": peak}))


if __name__ == "__main__":
    main()
