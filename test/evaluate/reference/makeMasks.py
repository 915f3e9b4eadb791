"""Writes masks.json: what scipy, scikit-learn and DeepMind's surface-distance say of the mask pairs of ../maskPairs.ts.

pip install numpy scipy scikit-learn surface-distance; python makeMasks.py; npm run format
Made with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, surface-distance 0.1 on Python 3.11.
"""
import itertools
import json
from pathlib import Path

import numpy as np
from scipy import ndimage
from sklearn import metrics

# surface-distance 0.1 still asks for names that numpy 2 and scipy 1.15 dropped.
np.Inf, np.NaN = np.inf, np.nan
ndimage.filters = ndimage.morphology = ndimage
import surface_distance  # noqa: E402
from surface_distance import lookup_tables  # noqa: E402

PAIRS = 260
TOLERANCE_MM = 1.6
SPACINGS = [0.5, 0.7421875, 0.8, 1, 1.25, 1.5, 2.5, 3, 5, 7.8]


def make_draw(seed):
    state = seed

    def draw(choices):
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return ((state >> 8) * choices) >> 24

    return draw


def draw_triple(draw, shape, least):
    return [least + draw(length) for length in shape]


def draw_mask(draw, shape):
    kind = draw(10)
    mask = np.zeros(shape, bool)
    if kind == 0:
        return mask
    if kind == 1:
        mask.flat[draw(mask.size)] = True
        return mask
    if kind == 2:
        share = 1 + draw(15)
        return np.array([draw(16) < share for _ in range(mask.size)]).reshape(shape)
    z, y, x = np.indices(shape)
    for _ in range(1 + draw(3)):
        if draw(3) == 0:
            start, size = draw_triple(draw, shape, 0), draw_triple(draw, shape, 1)
            mask[tuple(slice(a, a + n) for a, n in zip(start, size))] = True
        else:
            (a, b, c), (p, q, r) = draw_triple(draw, shape, 0), draw_triple(draw, shape, 1)
            mask |= ((z - a) * q * r) ** 2 + ((y - b) * p * r) ** 2 + ((x - c) * p * q) ** 2 <= (p * q * r) ** 2
    return mask


def mask_pair(seed):
    draw = make_draw(seed)
    shape = (1 + draw(12), 1 + draw(16), 1 + draw(18))
    spacing = [SPACINGS[draw(10)] for _ in range(3)]
    return draw_mask(draw, shape), draw_mask(draw, shape), spacing


def surface_voxels(mask):
    return mask & ~ndimage.binary_erosion(mask, ndimage.generate_binary_structure(3, 1))


def by_voxels(a, b, spacing):
    surface_a, surface_b = surface_voxels(a), surface_voxels(b)
    there = ndimage.distance_transform_edt(~surface_b, sampling=spacing)[surface_a]
    back = ndimage.distance_transform_edt(~surface_a, sampling=spacing)[surface_b]
    joined = np.hstack([there, back])
    return [joined.max(), np.percentile(joined, 95), joined.mean()]


def by_surfels(a, b, spacing):
    distances = surface_distance.compute_surface_distances(a, b, spacing)
    return [
        surface_distance.compute_robust_hausdorff(distances, 95),
        surface_distance.compute_surface_dice_at_tolerance(distances, TOLERANCE_MM),
    ]


def row(seed):
    a, b, spacing = mask_pair(seed)
    counts = [int(a.sum()), int(b.sum()), int((a & b).sum())]
    if not a.any() or not b.any():
        return [counts, None]
    flat_a, flat_b = a.ravel(), b.ravel()
    overlap = [
        metrics.f1_score(flat_b, flat_a),
        metrics.jaccard_score(flat_b, flat_a),
        metrics.precision_score(flat_b, flat_a),
        metrics.recall_score(flat_b, flat_a),
        metrics.cohen_kappa_score(flat_a, flat_b),
    ]
    numbers = overlap + by_voxels(a, b, spacing) + by_surfels(a, b, spacing)
    return [counts, [None if np.isnan(number) else float(number) for number in numbers]]


def areas(spacing):
    """Areas in the order of our neighbour codes: bit 4z + 2y + x; theirs is the mirrored order."""
    table = lookup_tables.create_table_neighbour_code_to_surface_area(spacing)
    kernel = lookup_tables.ENCODE_NEIGHBOURHOOD_3D_KERNEL
    corners = list(itertools.product((0, 1), repeat=3))
    theirs = [sum(int(kernel[c]) for i, c in enumerate(corners) if code >> i & 1) for code in range(256)]
    return [float(table[code]) for code in theirs]


facts = {
    "toleranceMm": TOLERANCE_MM,
    "areaSpacingMm": [2.5, 0.8, 0.7],
    "areasMm2": areas([2.5, 0.8, 0.7]),
    "pairs": [row(seed) for seed in range(1, PAIRS + 1)],
}
Path(__file__).with_name("masks.json").write_text(json.dumps(facts) + "\n")
