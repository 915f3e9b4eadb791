"""What highdicom, pydicom and dcmqi find in objects that they did not write: `readers.py <folder> <threshold>`.

Every folder in <folder> holds `source/*.dcm`, `seg.dcm`, `sr.dcm`, `text.dcm` and `key-*.dcm`. The truth is what is
brighter than <threshold> in the source images, by pydicom alone. Prints one JSON object: folder -> reader -> findings;
{"error": ...} where a reader failed.
"""

import gzip
import json
import re
import subprocess
import sys
import tempfile
import warnings
from collections import namedtuple
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom

PROGRAMS = Path(sys.executable).parent

# An image or frame: rescaled values, which of them are bright, and where it lies (spacing, cosines, position).
Image = namedtuple("Image", "values bright where")


def group(dataset, number, *keywords):
    """A functional group of a frame, from where it stands."""
    frames = [dataset.PerFrameFunctionalGroupsSequence[number], dataset.SharedFunctionalGroupsSequence[0]]
    for keyword in keywords:
        for frame in frames:
            if keyword in frame:
                return frame[keyword].value[0]
    return None


def plane(pixels, spacing, cosines, position):
    """Centres of the marked pixels, LPS mm (PS3.3 section C.7.6.2.1.1)."""
    rows, columns = np.nonzero(pixels)
    along_row, along_column = np.array(cosines[:3], float), np.array(cosines[3:], float)
    return (
        np.array(position, float)
        + np.outer(columns * float(spacing[1]), along_row)
        + np.outer(rows * float(spacing[0]), along_column)
    )


def rescaled(pixels, item):
    slope = float(getattr(item, "RescaleSlope", 1))
    return pixels * slope + float(getattr(item, "RescaleIntercept", 0))


def classic_image(dataset):
    yield (
        (dataset.SOPInstanceUID, None),
        rescaled(dataset.pixel_array, dataset),
        (dataset.PixelSpacing, dataset.ImageOrientationPatient, dataset.ImagePositionPatient),
    )


def geometry(dataset, number):
    return (
        group(dataset, number, "PixelMeasuresSequence").PixelSpacing,
        group(dataset, number, "PlaneOrientationSequence").ImageOrientationPatient,
        group(dataset, number, "PlanePositionSequence").ImagePositionPatient,
    )


def multi_frame_image(dataset):
    for number, pixels in enumerate(dataset.pixel_array):
        values = rescaled(pixels, group(dataset, number, "PixelValueTransformationSequence"))
        yield (dataset.SOPInstanceUID, number + 1), values, geometry(dataset, number)


def read_source(folder, threshold):
    """Images by (SOPInstanceUID, frame)."""
    images = {}
    for path in sorted((folder / "source").iterdir()):
        dataset = pydicom.dcmread(path)
        frames = multi_frame_image if "NumberOfFrames" in dataset else classic_image
        for key, values, where in frames(dataset):
            images[key] = Image(values, values > threshold, where)
    return images


def points_of(planes):
    return np.concatenate([plane(pixels, *where) for pixels, where in planes] or [np.empty((0, 3))])


def nearest(a, b):
    return float(np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2)).min(axis=1).max())


def compare_points(found, truth):
    if len(found) == 0:
        return {"voxels": 0, "farthestMm": None}
    return {"voxels": len(found), "farthestMm": max(nearest(found, truth), nearest(truth, found))}


def compare_pixels(found, images):
    """Pixels of the named images that are marked and not bright, or the other way round."""
    wrong = sum(int((found[key] != image.bright).sum()) for key, image in images.items() if key in found)
    lost = sum(int(image.bright.sum()) for key, image in images.items() if key not in found)
    return {"wrong": wrong, "lost": lost, "unknown": len(set(found) - set(images))}


def marked(seg, pixels):
    """Voxels that are the pancreas rather than not, or of segment 1."""
    if seg.SegmentationType == "FRACTIONAL":
        return pixels / seg.MaximumFractionalValue > 0.5
    return pixels == 1


def with_pydicom(folder, images, truth):
    """Frame by frame: pixels, position and the source image that it names."""
    seg = pydicom.dcmread(folder / "seg.dcm")
    pixels = marked(seg, seg.pixel_array.reshape(-1, seg.Rows, seg.Columns))
    named, planes, farthest = {}, [], 0.0
    for number, frame in enumerate(pixels):
        where = geometry(seg, number)
        image = group(seg, number, "DerivationImageSequence").SourceImageSequence[0]
        key = (image.ReferencedSOPInstanceUID, getattr(image, "ReferencedFrameNumber", None))
        named[key] = frame
        planes.append((frame, where))
        if key in images:
            apart = np.subtract(where[2], images[key].where[2]).astype(float)
            farthest = max(farthest, float(np.abs(apart).max()))
    return {
        **compare_points(points_of(planes), truth),
        "images": compare_pixels(named, images),
        "positionsMm": farthest,
        "volumeMl": popcount_ml(seg, int(pixels.sum())),
        "name": str(seg.PatientName),
        "sourceName": source_name(folder),
    }


def source_name(folder):
    first = sorted((folder / "source").iterdir())[0]
    return str(pydicom.dcmread(first, stop_before_pixels=True).PatientName)


def popcount_ml(seg, voxels):
    """From the SEG alone; None where it states no distance of slices."""
    measures = seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    spacing = getattr(measures, "SpacingBetweenSlices", None)
    if spacing is None:
        return None
    return voxels * float(measures.PixelSpacing[0]) * float(measures.PixelSpacing[1]) * float(spacing) / 1000


def highdicom_frames(seg, images):
    """By source image, as highdicom itself assigns the frames; segment 1 is the last axis."""
    instances = sorted({uid for uid, _ in images})
    kept = {"assert_missing_frames_are_empty": True, "segment_numbers": [1]}
    if next(iter(images))[1] is None:
        pixels = seg.get_pixels_by_source_instance(instances, **kept)
        return {(uid, None): pixels[n, :, :, 0] > 0.5 for n, uid in enumerate(instances)}
    numbers = sorted(number for _, number in images)
    pixels = seg.get_pixels_by_source_frame(instances[0], numbers, **kept)
    return {(instances[0], number): pixels[n, :, :, 0] > 0.5 for n, number in enumerate(numbers)}


def highdicom_volume(seg, truth):
    """Voxels of the whole volume by its affine matrix; None where the frames make none."""
    try:
        volume = seg.get_volume(segment_numbers=[1])
    except RuntimeError as error:
        return {"none": str(error)}
    voxels = np.argwhere(volume.array[..., 0] > 0.5)
    return compare_points(volume.map_indices_to_reference(voxels), truth)


def with_highdicom(folder, images, truth):
    seg = hd.seg.segread(folder / "seg.dcm")
    [description] = [seg.get_segment_description(number) for number in seg.segment_numbers]
    return {
        "type": seg.segmentation_type.value,
        "images": compare_pixels(highdicom_frames(seg, images), images),
        "volume": highdicom_volume(seg, truth),
        "trackingUid": description.tracking_uid,
        "property": code(description.segmented_property_type),
        "sources": sorted({str(uid) for _, _, uid in seg.get_source_image_uids()}),
    }


def code(concept):
    return f"{concept.value} {concept.scheme_designator}"


def measurement(item):
    return {
        "name": code(item.name),
        "value": float(item.value),
        "unit": code(item.unit),
        "derivation": code(item.derivation) if item.derivation else None,
    }


def with_highdicom_sr(folder):
    report = hd.sr.srread(folder / "sr.dcm")
    groups = report.content.get_volumetric_roi_measurement_groups()
    text = hd.sr.srread(folder / "text.dcm")
    return {
        "class": type(report).__name__,
        "textClass": type(text).__name__,
        "groups": [
            {
                "trackingUid": str(each.tracking_uid),
                "trackingIdentifier": each.tracking_identifier,
                "finding": code(each.finding_type),
                "sites": [code(site.value) for site in each.finding_sites],
                "reference": code(each.reference_type),
                "segment": {
                    "sopClassUid": each.referenced_segment.referenced_sop_class_uid,
                    "sopInstanceUid": each.referenced_segment.referenced_sop_instance_uid,
                    "numbers": list(each.referenced_segment.referenced_segment_numbers),
                },
                "measurements": [measurement(item) for item in each.get_measurements()],
            }
            for each in groups
        ],
    }


def run(program, *arguments):
    """What the program complained of."""
    done = subprocess.run([PROGRAMS / program, *arguments], capture_output=True, text=True)
    said = (done.stdout + done.stderr).splitlines()
    if done.returncode != 0:
        raise RuntimeError(f"{program} ended with {done.returncode}: {said[-8:]}")
    return sorted({line for line in said if re.match(r"(W|E|F|Warning|Error):", line, re.IGNORECASE)})


def vector(text):
    return [float(number) for number in text.strip().strip("()").split(",")]


def read_nrrd(path):
    """Marked voxels, LPS mm: https://teem.sourceforge.net/nrrd/format.html, gzip encoding, x fastest."""
    head, data = path.read_bytes().split(b"\n\n", 1)
    lines = [line for line in head.decode().splitlines() if ": " in line and not line.startswith("#")]
    field = dict(line.split(": ", 1) for line in lines)
    assert field["space"] == "left-posterior-superior" and field["encoding"] == "gzip", field
    sizes = [int(size) for size in field["sizes"].split()]
    voxels = np.frombuffer(gzip.decompress(data), {"short": "<i2", "unsigned char": "u1"}[field["type"]])
    steps = np.array([vector(step) for step in field["space directions"].split()])
    return np.argwhere(voxels.reshape(sizes[::-1]).T != 0) @ steps + np.array(vector(field["space origin"]))


def above_zero(folder, truth):
    """Of probabilities dcmqi marks every one that is not zero."""
    seg = pydicom.dcmread(folder / "seg.dcm")
    if seg.SegmentationType != "FRACTIONAL":
        return truth
    frames = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns) > 0
    return points_of((frame, geometry(seg, number)) for number, frame in enumerate(frames))


def with_dcmqi(folder, truth):
    expected = above_zero(folder, truth)
    with tempfile.TemporaryDirectory() as out:
        seg = folder / "seg.dcm"
        complaints = run("segimage2itkimage", "--inputDICOM", seg, "--outputDirectory", out, "-t", "nrrd")
        [image] = Path(out).glob("*.nrrd")
        found = compare_points(read_nrrd(image), expected)
    return {**found, "expected": len(expected), "complaints": complaints}


def with_dcmqi_sr(folder):
    with tempfile.TemporaryDirectory() as out:
        path = Path(out) / "sr.json"
        complaints = run("tid1500reader", "--inputDICOM", folder / "sr.dcm", "--outputMetadata", path)
        groups = json.loads(path.read_text())["Measurements"]
    return {
        "complaints": complaints,
        "groups": [
            {
                "trackingUid": each["TrackingUniqueIdentifier"],
                "segmentation": each["segmentationSOPInstanceUID"],
                "segment": each["ReferencedSegment"],
                "volumes": [
                    [float(item["value"]), item["units"]["CodeValue"]]
                    for item in each["measurementItems"]
                    if item["quantity"]["CodeValue"] == "118565006"
                ],
            }
            for each in groups
        ]
    }


def with_pydicom_pictures(folder):
    """Shape of every key image."""
    paths = sorted(folder.glob("key-*.dcm"))
    return {"shapes": [list(pydicom.dcmread(path).pixel_array.shape) for path in paths]}


def attempt(read):
    """What a reader finds, with what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            return {**read(), "warnings": sorted({str(each.message) for each in caught})}
        except Exception as error:  # noqa: BLE001 whatever it is, the others shall still read
            return {"error": f"{type(error).__name__}: {error}"}


def bright_instances(images):
    return sorted({uid for (uid, _), image in images.items() if image.bright.any()})


def intensity(images):
    """Of the bright pixels, each rescaled as its own image says; standard deviation of the population."""
    values = np.concatenate([image.values[image.bright] for image in images.values()])
    statistics = {"mean": np.mean, "sd": np.std, "median": np.median, "min": np.min, "max": np.max}
    return {name: float(statistic(values)) for name, statistic in statistics.items()}


def read_folder(folder, threshold):
    images = read_source(folder, threshold)
    truth = points_of((image.bright, image.where) for image in images.values())
    return {
        "truth": {
            "voxels": len(truth),
            "instances": bright_instances(images),
            "intensity": intensity(images),
        },
        "pydicom": attempt(lambda: with_pydicom(folder, images, truth)),
        "pictures": attempt(lambda: with_pydicom_pictures(folder)),
        "highdicom": attempt(lambda: with_highdicom(folder, images, truth)),
        "highdicomSr": attempt(lambda: with_highdicom_sr(folder)),
        "dcmqi": attempt(lambda: with_dcmqi(folder, truth)),
        "dcmqiSr": attempt(lambda: with_dcmqi_sr(folder)),
    }


if __name__ == "__main__":
    root, limit = Path(sys.argv[1]), float(sys.argv[2])
    print(json.dumps({each.name: read_folder(each, limit) for each in sorted(root.iterdir())}))
