"""
The second half of the recipe: trains one demo model on the phantoms of makeTrainingData.ts and saves it as the authors'
trainer saves a fold.

    python3 models/phantom/train.py CT <folder of training data> models/phantom/ct [--start models/phantom/ct]

Deterministic for one machine and one PyTorch version. Trained without mirroring, which the trainer's name says as nnU-Net's
own do; the other half of the name keeps everybody from mistaking the model for one that knows patients.
"""

import argparse
import glob
import json
import math
import pickle
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from network import PanSegNet

TRAINER = "nnTransUNetTrainerV2_noMirroring_PhantomDemo"
TASKS = {"CT": "Task901_PhantomCT", "T1": "Task902_PhantomT1", "T2": "Task903_PhantomT2"}
HERE = Path(__file__).parent


def read_cases(folder, modality):
    for path in sorted(glob.glob(f"{folder}/{modality}_*.json")):
        shape = json.load(open(path))["shape"]
        stem = path[: -len(".json")]
        image = np.fromfile(f"{stem}.image.f32", np.float32).reshape(shape)
        label = np.fromfile(f"{stem}.label.u8", np.uint8).reshape(shape)
        yield image, label


def foreground_statistics(cases):
    """nnU-Net's intensityproperties: of the voxels inside the label, over all cases."""
    inside = np.concatenate([image[label == 1] for image, label in cases])
    low, high = np.percentile(inside, (0.5, 99.5))
    return OrderedDict(
        median=float(np.median(inside)), mean=float(inside.mean()), sd=float(inside.std()), mn=float(inside.min()),
        mx=float(inside.max()), percentile_99_5=float(high), percentile_00_5=float(low),
    )  # fmt: skip


def normalise(image, modality, statistics):
    if modality == "CT":
        clipped = np.clip(image, statistics["percentile_00_5"], statistics["percentile_99_5"])
        return (clipped - statistics["mean"]) / statistics["sd"]
    return (image - image.mean()) / (image.std() + 1e-8)


def pad_to(array, patch):
    """As pad_nd_image: centred, the extra voxel at the far side."""
    missing = [max(0, wanted - size) for wanted, size in zip(patch, array.shape)]
    return np.pad(array, [(m // 2, m - m // 2) for m in missing])


def draw_patch(random, image, label, patch):
    """Half of the patches hold some pancreas, the others lie anywhere."""
    room = [size - wanted for size, wanted in zip(image.shape, patch)]
    if random.random() < 0.5:
        voxel = random.choice(np.argwhere(label))
        start = [
            int(random.integers(max(0, v - wanted + 1), min(r, v) + 1)) for v, wanted, r in zip(voxel, patch, room)
        ]
    else:
        start = [int(random.integers(0, r + 1)) for r in room]
    window = tuple(slice(s, s + wanted) for s, wanted in zip(start, patch))
    image = image[window] * random.uniform(0.85, 1.15) + random.uniform(-0.15, 0.15)
    image = image + random.normal(0, random.uniform(0, 0.15), image.shape)
    return torch.from_numpy(image.astype(np.float32))[None, None], torch.from_numpy(label[window].astype(np.int64))[None]


def loss_of(logits, label):
    """nnU-Net's Dice plus cross entropy, at every level with halved weights."""
    total = 0.0
    for depth, output in enumerate(reversed(logits)):
        small = torch.nn.functional.interpolate(label[:, None].float(), output.shape[2:], mode="nearest")[:, 0].long()
        share = output.float().softmax(1)[:, 1]
        overlap = (share * small).sum()
        dice = (2 * overlap + 1) / (share.sum() + small.sum() + 1)
        total = total + 0.5**depth * (torch.nn.functional.cross_entropy(output.float(), small) - dice)
    return total


def train(network, cases, patch, steps, seed):
    random = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-4)
    warm = min(50, steps // 10)
    rate = lambda step: min(1, (step + 1) / warm) * 0.5 * (1 + math.cos(math.pi * step / steps))  # noqa: E731
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    recent, started = [], time.time()
    for step in range(steps):
        image, label = draw_patch(random, *cases[random.integers(len(cases))], patch)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(image)
        loss = loss_of(logits, label)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 12)
        optimizer.step()
        schedule.step()
        found = logits[-1].argmax(1)
        if label.any():
            recent.append(float(2 * (found * label).sum() / (found.sum() + label.sum())))
        if step % 50 == 49:
            print(f"step {step + 1} of {steps}: Dice {np.mean(recent[-40:]):.3f}, {time.time() - started:.0f} s", flush=True)


def plan_of(recipe, modality, statistics):
    spacing, patch = np.array(recipe["targetSpacingMm"]), np.array(recipe["patchSize"])
    stage = {
        "batch_size": 1, "num_pool_per_axis": [2, 4, 4], "patch_size": patch, "current_spacing": spacing,
        "original_spacing": spacing, "do_dummy_2D_data_aug": False,
        "pool_op_kernel_sizes": recipe["pools"], "conv_kernel_sizes": recipe["kernels"],
    }  # fmt: skip
    properties = OrderedDict({0: statistics}) if modality == "CT" else None
    return {
        "num_stages": 1, "num_modalities": 1, "modalities": {0: modality},
        "normalization_schemes": OrderedDict({0: "CT" if modality == "CT" else modality}),
        "dataset_properties": {"all_classes": [1], "modalities": {0: modality}, "intensityproperties": properties},
        "num_classes": 1, "all_classes": [1], "base_num_features": recipe["baseFeatures"], "conv_per_stage": 2,
        "use_mask_for_norm": OrderedDict({0: False}),
        "transpose_forward": [0, 1, 2], "transpose_backward": [0, 1, 2],
        "plans_per_stage": {0: stage}, "preprocessor_name": "GenericPreprocessor",
        "data_identifier": "nnUNetData_plans_v2.1",
    }  # fmt: skip


def save(network, plan, modality, folder, steps):
    """Weights as float16, which halves them; the importer reads either."""
    results = Path(folder) / TASKS[modality] / f"{TRAINER}__nnUNetPlansv2.1"
    fold = results / "fold_0"
    fold.mkdir(parents=True, exist_ok=True)
    weights = OrderedDict((key, value.detach().half()) for key, value in network.state_dict().items())
    torch.save(
        {"epoch": steps, "state_dict": weights, "optimizer_state_dict": None, "lr_scheduler_state_dict": None,
         "plot_stuff": ([], [], [], []), "best_stuff": (None, None, None)},
        fold / "model_best.model",
    )  # fmt: skip
    info = OrderedDict(init=(), name=TRAINER, plans=plan)
    info["class"] = TRAINER
    pickle.dump(info, open(fold / "model_best.model.pkl", "wb"))
    pickle.dump(plan, open(results / "plans.pkl", "wb"))
    (results / "postprocessing.json").write_text(json.dumps({"for_which_classes": [1]}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modality", choices=TASKS)
    parser.add_argument("data")
    parser.add_argument("folder")
    parser.add_argument("--start", help="state_dict of another modality's model to start from (.pt)")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    recipe = json.loads((HERE / "recipe.json").read_text())
    raw = list(read_cases(given.data, given.modality))
    statistics = foreground_statistics(raw)
    patch = recipe["patchSize"]
    cases = [
        (pad_to(normalise(image, given.modality, statistics), patch), pad_to(label, patch)) for image, label in raw
    ]
    network = PanSegNet(recipe)
    if given.start:
        network.load_state_dict(torch.load(given.start, weights_only=True))
    train(network, cases, patch, given.steps, given.seed)
    Path(given.data).mkdir(exist_ok=True)
    torch.save(network.state_dict(), f"{given.data}/{given.modality}.pt")
    save(network, plan_of(recipe, given.modality, statistics), given.modality, given.folder, given.steps)


if __name__ == "__main__":
    main()
