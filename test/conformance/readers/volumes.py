"""Volumes as SimpleITK and nibabel write and read them: sizes, the eight corners in LPS mm and every voxel, i fastest."""

import itertools
import json
import pathlib
import sys

import nibabel
import numpy
import SimpleITK

random = numpy.random.default_rng(20261201)
root = pathlib.Path(sys.argv[1])


def corners(sizes, place):
    return [place(index) for index in itertools.product(*((0.0, float(size - 1)) for size in sizes))]


def read_itk(path):
    image = SimpleITK.ReadImage(str(path))
    values = SimpleITK.GetArrayFromImage(image).ravel()
    return {
        "sizes": image.GetSize(),
        "corners": corners(image.GetSize(), lambda at: image.TransformContinuousIndexToPhysicalPoint(at)),
        "values": values.astype(float).tolist(),
    }


def read_nibabel(path):
    image = nibabel.load(path)

    def place(at):
        r, a, s = (image.affine @ [*at, 1])[:3]
        return [-r, -a, s]

    return {
        "sizes": image.shape,
        "corners": corners(image.shape, place),
        "values": image.get_fdata(dtype=numpy.float64).ravel(order="F").tolist(),
    }


def rotation():
    """Any: oblique, with axes in any order, right- and left-handed."""
    axes, _ = numpy.linalg.qr(random.normal(size=(3, 3)))
    return axes


def voxels(kind):
    limits = numpy.iinfo(kind) if numpy.issubdtype(kind, numpy.integer) else None
    least, most = (max(limits.min, -(2**24)), min(limits.max, 2**24)) if limits else (-1000, 1000)
    sizes = random.integers(2, 7, 3)
    values = random.integers(least, most, sizes, endpoint=True).astype(kind)
    values.flat[:2] = [least, most]
    return values


kinds = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]


def write_itk(folder):
    for kind, ending, is_compressed in itertools.product(kinds, ["nrrd", "nhdr", "mha", "mhd"], [False, True]):
        image = SimpleITK.GetImageFromArray(voxels(kind))
        image.SetDirection(rotation().ravel().tolist())
        image.SetSpacing(random.uniform(0.3, 8, 3).tolist())
        image.SetOrigin(random.uniform(-500, 500, 3).tolist())
        path = folder / f"{kind}-{'packed' if is_compressed else 'plain'}-{ending}.{ending}"
        SimpleITK.WriteImage(image, str(path), is_compressed)
        yield path, read_itk(path)


def write_nibabel(folder):
    choices = itertools.product(kinds, [1, 2], ["<", ">"], ["s", "q", "sq"], ["nii", "nii.gz"])
    for kind, version, order, forms, ending in choices:
        affine = numpy.eye(4)
        affine[:3, :3] = rotation() * random.uniform(0.3, 8, 3)
        affine[:3, 3] = random.uniform(-500, 500, 3)
        make, head = (
            (nibabel.Nifti1Image, nibabel.Nifti1Header)
            if version == 1
            else (nibabel.Nifti2Image, nibabel.Nifti2Header)
        )
        data = voxels(kind)
        header = head(endianness=order)
        header.set_data_dtype(data.dtype)
        image = make(data, affine, header, dtype=data.dtype)
        image.set_sform(affine, code=1 if "s" in forms else 0)
        image.set_qform(affine, code=1 if "q" in forms else 0)
        image.header.set_xyzt_units("mm")
        byte_order = "big" if order == ">" else "little"
        path = folder / f"nifti{version}-{kind}-{byte_order}-{forms}form.{ending}"
        nibabel.save(image, path)
        yield path, read_nibabel(path)


def read_asked(folder):
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".nrrd", ".nhdr", ".mha", ".mhd"):
            yield path, read_itk(path)
        elif path.name.endswith((".nii", ".nii.gz")):
            yield path, read_nibabel(path)


written = root / "written"
written.mkdir()
answers = {
    "itk": write_itk(written),
    "nibabel": write_nibabel(written),
    "asked": read_asked(root / "asked"),
}
print(
    json.dumps(
        {name: {str(path.relative_to(root)): truth for path, truth in found} for name, found in answers.items()}
    )
)
