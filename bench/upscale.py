"""Upscales an image with the same network in PyTorch (Debian: python3-torch, python3-pil).

Usage: IMAGE WEIGHTS OUT TILE. TILE is the side of a tile in the input, context included; 0: all at once. Prints one
JSON object.
"""

import json
import os
import resource
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

OVERLAP = 32


class DenseBlock(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        for k in range(1, 6):
            outputs = growth if k < 5 else channels
            setattr(self, f"conv{k}", nn.Conv2d(channels + (k - 1) * growth, outputs, 3, 1, 1))

    def forward(self, x):
        maps = [x]
        for k in range(1, 5):
            conv = getattr(self, f"conv{k}")
            maps.append(F.leaky_relu(conv(torch.cat(maps, 1)), 0.2, inplace=True))
        return x + 0.2 * self.conv5(torch.cat(maps, 1))


class Block(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.rdb1, self.rdb2, self.rdb3 = (DenseBlock(channels, growth) for _ in range(3))

    def forward(self, x):
        return x + 0.2 * self.rdb3(self.rdb2(self.rdb1(x)))


class Generator(nn.Module):
    def __init__(self, channels, growth, blocks):
        super().__init__()
        conv = lambda inputs, outputs: nn.Conv2d(inputs, outputs, 3, 1, 1)
        self.conv_first = conv(3, channels)
        self.body = nn.Sequential(*[Block(channels, growth) for _ in range(blocks)])
        self.conv_body, self.conv_up1, self.conv_up2, self.conv_hr = (conv(channels, channels) for _ in range(4))
        self.conv_last = conv(channels, 3)

    def forward(self, x):
        first = self.conv_first(x)
        x = first + self.conv_body(self.body(first))
        for up in (self.conv_up1, self.conv_up2):
            x = F.leaky_relu(up(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2, inplace=True)
        return self.conv_last(F.leaky_relu(self.conv_hr(x), 0.2, inplace=True))


def spans(size, step):
    return [(start, min(start + step, size)) for start in range(0, size, step)]


def upscale(net, image, tile):
    """[H, W, 3] bytes to [4H, 4W, 3] bytes, in tiles whose results are put together as Real-ESRGAN does."""
    height, width, _ = image.shape
    result = np.empty((4 * height, 4 * width, 3), np.uint8)
    step = tile - 2 * OVERLAP if tile else max(height, width)
    pad = OVERLAP if tile else 0
    for top, bottom in spans(height, step):
        for left, right in spans(width, step):
            y, x = max(top - pad, 0), max(left - pad, 0)
            part = image[y : bottom + pad, x : right + pad]
            fed = torch.from_numpy(part.astype(np.float32) / 255).permute(2, 0, 1)[None]
            sr = net(fed)[0].clamp_(0, 1).mul_(255).round_().permute(1, 2, 0).to(torch.uint8).numpy()
            kept = sr[4 * (top - y) : 4 * (bottom - y), 4 * (left - x) : 4 * (right - x)]
            result[4 * top : 4 * bottom, 4 * left : 4 * right] = kept
    return result


def main():
    path, weights, out, tile = *sys.argv[1:4], int(sys.argv[4])
    torch.set_num_threads(os.cpu_count())
    started = time.perf_counter()
    state = torch.load(weights)["params"]
    channels, growth = state["conv_first.weight"].shape[0], state["body.0.rdb1.conv1.weight"].shape[0]
    blocks = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("body."))
    net = Generator(channels, growth, blocks).eval()
    net.load_state_dict(state)
    Image.MAX_IMAGE_PIXELS = None
    image = np.asarray(Image.open(path).convert("RGB"))
    with torch.inference_mode():
        result = upscale(net, image, tile)
    Image.fromarray(result).save(out)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
