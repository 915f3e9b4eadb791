"""Segmentations and reports by the programs of dcmqi (3D Slicer's writers)."""

import json

import numpy as np

from organs import ORGANS
from readers import run

# Name -> options of itkimage2segimage.
SEGMENTATIONS = {
    "BINARY": [],
    "BINARY with all frames": ["--skip", "0"],
    "BINARY deflated": ["--compress", "deflate"],
    "LABELMAP": ["--segmentationType", "labelmap"],
    "LABELMAP deflated": ["--segmentationType", "labelmap", "--compress", "deflate"],
}


def code(value, scheme, meaning):
    return {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning}


def organ(number):
    _, value, meaning = ORGANS[number]
    return code(value, "SRT", meaning)


def written_vector(vector):
    return f"({','.join(repr(float(number)) for number in vector)})"


def write_nrrd(path, source):
    """https://teem.sourceforge.net/nrrd/format.html: x fastest, planes upwards along the normal."""
    order = np.argsort(source.heights())
    spacing, cosines, _ = source.places[0]
    along_row, along_column = np.array(cosines[:3], float), np.array(cosines[3:], float)
    steps = [
        along_row * float(spacing[1]),
        along_column * float(spacing[0]),
        source.normal() * source.distance_mm(),
    ]
    head = [
        "NRRD0004",
        "type: unsigned char",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {' '.join(str(size) for size in source.labels.shape[::-1])}",
        f"space directions: {' '.join(written_vector(step) for step in steps)}",
        "kinds: domain domain domain",
        "encoding: raw",
        f"space origin: {written_vector(source.places[order[0]][2])}",
    ]
    path.write_bytes("\n".join([*head, "", ""]).encode() + source.labels[order].tobytes())


def described(number, tracking_uid):
    return {
        "labelID": number,
        "SegmentLabel": ORGANS[number][2],
        "SegmentDescription": ORGANS[number][2],
        "SegmentedPropertyCategoryCodeSequence": code("T-D000A", "SRT", "Anatomical Structure"),
        "SegmentedPropertyTypeCodeSequence": organ(number),
        "SegmentAlgorithmType": "MANUAL",
        "recommendedDisplayRGBValue": [80 * number, 128, 128],
        "TrackingIdentifier": ORGANS[number][2],
        "TrackingUniqueIdentifier": tracking_uid,
    }


def write_segmentation(path, source, tracking, options):
    image, metadata = path.with_suffix(".nrrd"), path.with_suffix(".json")
    write_nrrd(image, source)
    attributes = [[described(number, tracking[number]) for number in ORGANS]]
    head = {"ContentCreatorName": "Canary^Reader", "SeriesNumber": "300", "InstanceNumber": "1"}
    metadata.write_text(json.dumps({**head, "SeriesDescription": "Organs", "segmentAttributes": attributes}))
    run(
        "itkimage2segimage",
        *("--inputDICOMDirectory", source.folder / "source", "--inputImageList", image),
        *("--inputMetadata", metadata, "--outputDICOM", path, *options),
    )


def measured(value, quantity, units, derivation=None):
    item = {"value": repr(value), "quantity": quantity, "units": units}
    return item if derivation is None else {**item, "derivationModifier": derivation}


def measurements(source, number):
    """The volume twice, as in dcmqi's own example."""
    volume = code("G-D705", "SRT", "Volume")
    volume_mm3 = source.volume_mm3(number)
    yield measured(volume_mm3, volume, code("mm3", "UCUM", "cubic millimeter"))
    yield measured(volume_mm3 / 1000, volume, code("cm3", "UCUM", "cubic centimeter"))
    if source.is_ct:
        attenuation = code("112031", "DCM", "Attenuation Coefficient")
        yield measured(
            source.mean(number),
            attenuation,
            code("[hnsf'U]", "UCUM", "Hounsfield unit"),
            code("R-00317", "SRT", "Mean"),
        )


def group(source, seg, tracking, number):
    return {
        "TrackingIdentifier": ORGANS[number][2],
        "TrackingUniqueIdentifier": tracking[number],
        "ReferencedSegment": number,
        "SourceSeriesForImageSegmentation": source.datasets[0].SeriesInstanceUID,
        "segmentationSOPInstanceUID": seg.SOPInstanceUID,
        "Finding": code("T-D0060", "SRT", "Organ"),
        "FindingSite": organ(number),
        "MeasurementMethod": code("126030", "DCM", "Sum of segmented voxel volumes"),
        "measurementItems": list(measurements(source, number)),
    }


def write_report(path, seg_path, seg, source, tracking):
    metadata = path.with_suffix(".json")
    images = source.folder / "source"
    metadata.write_text(
        json.dumps(
            {
                "SeriesDescription": "Measurements",
                "SeriesNumber": "301",
                "InstanceNumber": "1",
                "compositeContext": [seg_path.name],
                "imageLibrary": sorted(each.name for each in images.iterdir()),
                "observerContext": {"ObserverType": "PERSON", "PersonObserverName": "Canary^Reader"},
                "VerificationFlag": "VERIFIED",
                "CompletionFlag": "COMPLETE",
                "activitySession": "1",
                "timePoint": "1",
                "Measurements": [group(source, seg, tracking, number) for number in ORGANS],
            }
        )
    )
    run(
        "tid1500writer",
        *("--inputMetadata", metadata, "--outputDICOM", path),
        *("--inputCompositeContextDirectory", seg_path.parent, "--inputImageLibraryDirectory", images),
    )
