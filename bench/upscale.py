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


class Compact(nn.Module):
    def __init__(self, channels, convolutions):
        super().__init__()
        layers = [nn.Conv2d(3, channels, 3, 1, 1), nn.PReLU(channels)]
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, channels, 3, 1, 1), nn.PReLU(channels)]
        self.body = nn.Sequential(*layers, nn.Conv2d(channels, 48, 3, 1, 1))

    def forward(self, x):
        return F.pixel_shuffle(self.body(x), 4) + F.interpolate(x, scale_factor=4, mode="nearest")


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
    channels = state["body.0.weight"].shape[0]
    last = max(int(name.split(".")[1]) for name in state)
    net = Compact(channels, last // 2 - 1).eval()
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
