"""PanSegNet's network at any width, with the names of the authors' state_dict (nnU-Net v1 U-Net, linear-attention bottleneck)."""

import math

import torch
from torch import nn


class Block(nn.Module):
    """Convolution, instance normalisation, leaky ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=(1, 1, 1)):
        super().__init__()
        padding = [1 if size == 3 else 0 for size in kernel]
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, padding)
        self.instnorm = nn.InstanceNorm3d(outputs, eps=1e-5, affine=True)

    def forward(self, x):
        return nn.functional.leaky_relu(self.instnorm(self.conv(x)), 0.01)


class Stack(nn.Module):
    def __init__(self, *blocks):
        super().__init__()
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x):
        return self.blocks(x)


class LinearAttention(nn.Module):
    """arXiv 1812.01243: softmax of q over features, of k over tokens, then q (k^T v)."""

    def __init__(self, width, heads=8):
        super().__init__()
        self.heads = heads
        self.linears = nn.ModuleList(nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = (
            linear(x).view(batch, tokens, self.heads, width // self.heads).transpose(1, 2)
            for linear in self.linears[:3]
        )
        q = q.softmax(-1) / math.sqrt(width // self.heads)
        out = q @ (k.softmax(-2).transpose(-1, -2) @ v)
        return self.linears[3](out.transpose(1, 2).reshape(batch, tokens, width))


class Layer(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.self_attn = LinearAttention(width)
        self.linear1 = nn.Linear(width, hidden)
        self.linear2 = nn.Linear(hidden, width)
        self.layer_norm1 = nn.LayerNorm(width, eps=1e-6)
        self.layer_norm2 = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x):
        x = self.layer_norm1(x + self.self_attn(x))
        return self.layer_norm2(x + self.linear2(nn.functional.gelu(self.linear1(x))))


class Bottleneck(nn.Module):
    """Tokens are the flattened (z,y,x); the positional encoding freezes the patch size."""

    def __init__(self, channels, tokens, width, hidden, layers):
        super().__init__()
        self.linear_proj = nn.Linear(channels, width)
        self.pos_encode = nn.Module()
        self.pos_encode.pe = nn.Parameter(0.02 * torch.randn(1, tokens, width))
        self.transformer = nn.Module()
        self.transformer.layers = nn.ModuleList(Layer(width, hidden) for _ in range(layers))
        self.linear_back_proj = nn.Linear(width, channels)

    def forward(self, x):
        tokens = self.linear_proj(x.flatten(2).transpose(1, 2)) + self.pos_encode.pe
        for layer in self.transformer.layers:
            tokens = layer(tokens)
        return self.linear_back_proj(tokens).transpose(1, 2).reshape(x.shape)


class PanSegNet(nn.Module):
    """(batch,1,z,y,x) to the logits of background and pancreas at every decoder level, coarse to fine."""

    def __init__(self, recipe):
        super().__init__()
        pools, kernels = recipe["pools"], recipe["kernels"]
        n = len(pools)
        features = [min(recipe["baseFeatures"] * 2**level, 320) for level in range(n + 1)]
        context = []
        for level in range(n):
            stride = pools[level - 1] if level > 0 else (1, 1, 1)
            inputs = features[level - 1] if level > 0 else 1
            width, kernel = features[level], kernels[level]
            context.append(Stack(Block(inputs, width, kernel, stride), Block(width, width, kernel)))
        context.append(
            nn.Sequential(
                Stack(Block(features[n - 1], features[n], kernels[n], pools[n - 1])),
                Stack(Block(features[n], features[n], kernels[n])),
            )
        )
        self.conv_blocks_context = nn.ModuleList(context)
        tokens = math.prod(size // math.prod(pool[axis] for pool in pools) for axis, size in enumerate(recipe["patchSize"]))
        transformer = recipe["transformer"]
        self.self_atten = Bottleneck(
            features[n], tokens, transformer["width"], transformer["feedForward"], transformer["layers"]
        )
        up, localization, heads = [], [], []
        for u in range(n):
            deep, shallow, pool, kernel = features[n - u], features[n - 1 - u], pools[n - 1 - u], kernels[n - u]
            up.append(nn.ConvTranspose3d(deep, shallow, pool, pool, bias=False))
            localization.append(
                nn.Sequential(Stack(Block(2 * shallow, shallow, kernel)), Stack(Block(shallow, shallow, kernel)))
            )
            heads.append(nn.Conv3d(shallow, 2, 1, bias=False))
        self.tu = nn.ModuleList(up)
        self.conv_blocks_localization = nn.ModuleList(localization)
        self.seg_outputs = nn.ModuleList(heads)

    def forward(self, x):
        skips = []
        for block in self.conv_blocks_context[:-1]:
            x = block(x)
            skips.append(x)
        x = self.self_atten(self.conv_blocks_context[-1](x))
        logits = []
        for up, block, head in zip(self.tu, self.conv_blocks_localization, self.seg_outputs):
            x = block(torch.cat((up(x), skips.pop()), 1))
            logits.append(head(x))
        return logits
