"""The same GAN step in PyTorch (Debian: python3-torch), in the order of the original program.

Usage: gan BLOCKS BATCH LR_SIDE RUNS. Prints one JSON object.
"""

import json
import os
import pathlib
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from training_step import Generator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scripts" / "fixtures"))
from adversarial import ragan  # noqa: E402
from gan import Discriminator  # noqa: E402

VGG19 = [(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)]


def vgg():
    """VGG19 up to conv5_4, before its activation; random weights, as only the time matters."""
    layers, inputs = [], 3
    for block, (width, count) in enumerate(VGG19):
        if block:
            layers.append(nn.MaxPool2d(2))
        for _ in range(count):
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU(inplace=True)]
            inputs = width
    net = nn.Sequential(*layers[:-1])
    for v in net.parameters():
        v.requires_grad_(False)
        if v.dim() > 1:
            nn.init.kaiming_uniform_(v, nonlinearity="relu")
    return net


def main():
    blocks, batch, side, runs = map(int, sys.argv[2:6])
    torch.set_num_threads(os.cpu_count())
    # As the other side does: numbers near zero are slow on some processors.
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    g, d, features = Generator(blocks), Discriminator([64, 64, 128, 128, 256, 256, 512, 512], [100]), vgg()
    lr, hr = torch.rand(batch, 3, side, side), torch.rand(batch, 3, 4 * side, 4 * side)
    g_opt = torch.optim.Adam(g.parameters(), 1e-4, betas=(0.9, 0.99))
    d_opt = torch.optim.Adam(d.parameters(), 1e-4, betas=(0.9, 0.99))
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)

    def step():
        for v in d.parameters():
            v.requires_grad_(False)
        g_opt.zero_grad()
        fake = g(lr)
        with torch.no_grad():
            expected, on_real = features((hr - mean) / deviation), d(hr)
        on_fake = d(fake)
        adversarial = ragan(on_real, on_fake)[0]
        perceptual = F.l1_loss(features((fake - mean) / deviation), expected)
        (perceptual + 0.01 * F.l1_loss(fake, hr) + 0.005 * adversarial).backward()
        g_opt.step()
        for v in d.parameters():
            v.requires_grad_(True)
        d_opt.zero_grad()
        ragan(d(hr), d(fake.detach()))[1].backward()
        d_opt.step()

    times = []
    for index in range(2 + runs):
        before = time.perf_counter()
        step()
        if index >= 2:
            times.append((time.perf_counter() - before) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"times": times, "peak": peak}))


if __name__ == "__main__":
    main()
