"""What highdicom and dcmqi make of source images: `writers.py <folder> <threshold>`.

Every folder in <folder> holds `source/*.dcm`. Beside them come segmentations of three organs and reports of their
volumes. Prints one JSON object: folder -> the organs' points (LPS mm, by the standard's formula alone), the files of the
segmentations, and those of the reports with what they were told to state.
"""

import json
import sys
import warnings
from pathlib import Path

import highdicom as hd
import pydicom

import dcmqi_writer
import highdicom_writer
from organs import ORGANS, Source


def segmentations(source, tracking):
    """Writer, name and data set of every segmentation, written to a file of this name."""
    for name, (kind, syntax, options) in highdicom_writer.segmentations_of(source).items():
        seg = highdicom_writer.segmentation(source, tracking, kind, syntax, options)
        seg.save_as(source.folder / f"highdicom {name}.seg.dcm")
        yield "highdicom", name, seg
    if source.is_classic:
        for name, options in dcmqi_writer.SEGMENTATIONS.items():
            path = source.folder / f"dcmqi {name}.seg.dcm"
            dcmqi_writer.write_segmentation(path, source, tracking, options)
            yield "dcmqi", name, pydicom.dcmread(path)


def stated(source, seg, tracking, number, finding, site, volumes):
    """A group of a report; codes as value and scheme, volumes with their unit, as given to the writer."""
    return {
        "trackingUid": tracking[number],
        "trackingIdentifier": ORGANS[number][2],
        "finding": finding,
        "site": site,
        "segment": {"sopInstanceUid": str(seg.SOPInstanceUID), "segmentNumber": number},
        "sourceSeriesUid": str(source.datasets[0].SeriesInstanceUID),
        "volumes": volumes,
        "mean": source.mean(number) if source.is_ct else None,
        "volumeMl": source.volume_mm3(number) / 1000,
    }


def stated_by_highdicom(source, seg, tracking):
    for number, unit in highdicom_writer.UNITS.items():
        name = f"{ORGANS[number][0]} SCT"
        volumes = [[highdicom_writer.volume_in(unit, source, number), unit]]
        yield stated(source, seg, tracking, number, name, name, volumes)


def stated_by_dcmqi(source, seg, tracking):
    for number, (_, old, _) in ORGANS.items():
        volume_mm3 = source.volume_mm3(number)
        volumes = [[volume_mm3, "mm3"], [volume_mm3 / 1000, "cm3"]]
        yield stated(source, seg, tracking, number, "T-D0060 SRT", f"{old} SRT", volumes)


def reports(source, tracking, segs):
    """Path, writer and groups of every report: each class about the binary segmentation, one about the label map."""
    classes = [(name, "BINARY") for name in highdicom_writer.REPORTS] + [("Comprehensive3DSR", "LABELMAP")]
    for name, kind in classes:
        seg = segs["highdicom", kind]
        path = source.folder / f"highdicom {name} {kind}.sr.dcm"
        highdicom_writer.report(source, seg, tracking, name).save_as(path)
        yield path, "highdicom", list(stated_by_highdicom(source, seg, tracking))
    for kind in ("BINARY", "LABELMAP") if source.is_classic else ():
        seg_path = source.folder / f"dcmqi {kind}.seg.dcm"
        seg = segs["dcmqi", kind]
        path = source.folder / f"dcmqi {kind}.sr.dcm"
        dcmqi_writer.write_report(path, seg_path, seg, source, tracking)
        yield path, "dcmqi", list(stated_by_dcmqi(source, seg, tracking))


def write_folder(folder, threshold):
    source = Source(folder, threshold)
    tracking = {number: str(hd.UID()) for number in ORGANS}
    segs = {(writer, name): seg for writer, name, seg in segmentations(source, tracking)}
    return {
        "organs": {str(number): source.points(number).tolist() for number in ORGANS},
        "segmentations": [
            {
                "file": f"{writer} {name}.seg.dcm",
                "writer": writer,
                "sopInstanceUid": str(seg.SOPInstanceUID),
                "transferSyntax": str(seg.file_meta.TransferSyntaxUID),
                "type": seg.SegmentationType,
            }
            for (writer, name), seg in segs.items()
        ],
        "reports": [
            {"file": path.name, "writer": writer, "groups": groups}
            for path, writer, groups in reports(source, tracking, segs)
        ],
    }


if __name__ == "__main__":
    root, limit = Path(sys.argv[1]), float(sys.argv[2])
    with warnings.catch_warnings(action="ignore"):
        print(json.dumps({each.name: write_folder(each, limit) for each in sorted(root.iterdir())}))
