"""Segmentations and reports by highdicom."""

import highdicom as hd
import numpy as np
from highdicom.sr import CodedConcept
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from organs import ORGANS

ANATOMY = CodedConcept("91723000", "SCT", "Anatomical Structure")

# What highdicom offers: name -> type, transfer syntax, more options.
SEGMENTATIONS = {
    "BINARY": ("BINARY", ExplicitVRLittleEndian, {}),
    "BINARY with all frames": ("BINARY", ExplicitVRLittleEndian, {"omit_empty_frames": False}),
    "LABELMAP": ("LABELMAP", ExplicitVRLittleEndian, {}),
    "LABELMAP in RLE": ("LABELMAP", RLELossless, {}),
    "LABELMAP in JPEG-LS": ("LABELMAP", JPEGLSLossless, {}),
    "LABELMAP in RLE with an extended offset table": (
        "LABELMAP",
        RLELossless,
        {"use_extended_offset_table": True},
    ),
    "FRACTIONAL": ("FRACTIONAL", ExplicitVRLittleEndian, {}),
    "FRACTIONAL of 100 steps": ("FRACTIONAL", ExplicitVRLittleEndian, {"max_fractional_value": 100}),
    "FRACTIONAL in RLE": ("FRACTIONAL", RLELossless, {}),
    "FRACTIONAL occupancy in JPEG-LS": ("FRACTIONAL", JPEGLSLossless, {"fractional_type": "OCCUPANCY"}),
}
# It compresses no images of less than 32 rows or columns so.
LARGE_SEGMENTATIONS = {
    "BINARY in JPEG 2000": ("BINARY", JPEG2000Lossless, {}),
    "LABELMAP in JPEG 2000": ("LABELMAP", JPEG2000Lossless, {}),
    "FRACTIONAL in JPEG 2000": ("FRACTIONAL", JPEG2000Lossless, {}),
}


def segmentations_of(source):
    is_large = min(source.labels.shape[1:]) >= 32
    return {**SEGMENTATIONS, **(LARGE_SEGMENTATIONS if is_large else {})}


def organ(number):
    value, _, meaning = ORGANS[number]
    return CodedConcept(value, "SCT", meaning)


def description(number, tracking_uid):
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=ORGANS[number][2],
        segmented_property_category=ANATOMY,
        segmented_property_type=organ(number),
        algorithm_type="MANUAL",
        tracking_uid=tracking_uid,
        tracking_id=ORGANS[number][2],
    )


def fractions(labels):
    """More than half in the organ, less than that in the liver's place, nothing in the rest."""
    wave = (np.arange(labels.size).reshape(labels.shape) * 37 % 100) / 250
    return np.stack([np.where(labels == n, 0.55 + wave, np.where(labels == 1, wave, 0)) for n in ORGANS], axis=-1)


def segmentation(source, tracking, kind, transfer_syntax_uid, options):
    """All organs as the segments of one object."""
    return hd.seg.Segmentation(
        source_images=source.datasets,
        pixel_array=fractions(source.labels) if kind == "FRACTIONAL" else source.labels,
        segmentation_type=kind,
        segment_descriptions=[description(number, tracking[number]) for number in ORGANS],
        series_instance_uid=hd.UID(),
        series_number=300,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="Somebody Else",
        manufacturer_model_name="highdicom",
        software_versions=hd.__version__,
        device_serial_number="1",
        transfer_syntax_uid=transfer_syntax_uid,
        **options,
    )


# In which unit the reports state the volume of an organ; of the first they say nothing.
UNITS = {2: "mm3", 3: "cm3"}
NAMES_OF_UNITS = {"mm3": "cubic millimeter", "cm3": "cubic centimeter"}


def volume_in(unit, source, number):
    return source.volume_mm3(number) / (1 if unit == "mm3" else 1000)


def measurements(source, number, unit):
    yield hd.sr.Measurement(
        name=CodedConcept("118565006", "SCT", "Volume"),
        value=volume_in(unit, source, number),
        unit=CodedConcept(unit, "UCUM", NAMES_OF_UNITS[unit]),
        method=CodedConcept("126030", "DCM", "Sum of segmented voxel volumes"),
        algorithm_id=hd.sr.AlgorithmIdentification(name="counter", version="2.0", parameters=["a=1"]),
    )
    if source.is_ct:
        yield hd.sr.Measurement(
            name=CodedConcept("112031", "DCM", "Attenuation Coefficient"),
            value=source.mean(number),
            unit=CodedConcept("[hnsf'U]", "UCUM", "Hounsfield unit"),
            derivation=CodedConcept("373098007", "SCT", "Mean"),
        )


def source_of_segment(source):
    """The series of the images, or, of a multi-frame one, the image itself."""
    first = source.datasets[0]
    if source.is_classic:
        return {"source_series": hd.sr.SourceSeriesForSegmentation(first.SeriesInstanceUID)}
    return {"source_images": [hd.sr.SourceImageForSegmentation(first.SOPClassUID, first.SOPInstanceUID)]}


def group(source, seg, tracking, number, unit):
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(tracking[number], ORGANS[number][2]),
        referenced_segment=hd.sr.ReferencedSegment(
            seg.SOPClassUID, seg.SOPInstanceUID, number, **source_of_segment(source)
        ),
        finding_category=ANATOMY,
        finding_type=organ(number),
        finding_sites=[hd.sr.FindingSite(organ(number))],
        measurements=list(measurements(source, number, unit)),
    )


def observers():
    """A person and a device, one after the other."""
    return hd.sr.ObservationContext(
        observer_person_context=hd.sr.ObserverContext(
            CodedConcept("121006", "DCM", "Person"), hd.sr.PersonObserverIdentifyingAttributes("Canary^Reader")
        ),
        observer_device_context=hd.sr.ObserverContext(
            CodedConcept("121007", "DCM", "Device"), hd.sr.DeviceObserverIdentifyingAttributes(hd.UID(), name="dev")
        ),
    )


REPORTS = {
    "Comprehensive3DSR": hd.sr.Comprehensive3DSR,
    "ComprehensiveSR": hd.sr.ComprehensiveSR,
    "EnhancedSR": hd.sr.EnhancedSR,
}


def report(source, seg, tracking, kind):
    content = hd.sr.MeasurementReport(
        observation_context=observers(),
        procedure_reported=CodedConcept("25045-6", "LN", "CT unspecified body region"),
        imaging_measurements=[group(source, seg, tracking, number, unit) for number, unit in UNITS.items()],
        title=CodedConcept("126000", "DCM", "Imaging Measurement Report"),
        # Its image library describes classic images alone.
        referenced_images=source.datasets if source.is_classic else None,
    )
    return REPORTS[kind](
        evidence=[*source.datasets, seg],
        content=content,
        series_instance_uid=hd.UID(),
        series_number=301,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="Somebody Else",
    )
