"""Source images with three organs marked in them: the truth of what the writers shall write."""

import numpy as np
import pydicom

from readers import points_of, read_source

# Number -> SNOMED CT code, its predecessor in SNOMED's alphanumeric codes (SRT), name.
ORGANS = {
    1: ("10200004", "T-62000", "Liver"),
    2: ("15776009", "T-65000", "Pancreas"),
    3: ("78961009", "T-C3000", "Spleen"),
}


def label(bright):
    """The pancreas is bright; the liver lies on the left half, the spleen on every other row of the right one."""
    labels = np.zeros(bright.shape, np.uint8)
    half = bright.shape[1] // 2
    labels[:, :half] = 1
    labels[::2, half:] = 3
    labels[bright] = 2
    return labels


class Source:
    """The images in the order of their files: data sets; and labels, values, places by plane (row, column)."""

    def __init__(self, folder, threshold):
        self.folder = folder
        paths = sorted((folder / "source").iterdir(), key=lambda path: int(path.stem))
        self.datasets = [pydicom.dcmread(path) for path in paths]
        order = {dataset.SOPInstanceUID: n for n, dataset in enumerate(self.datasets)}
        images = read_source(folder, threshold)
        planes = [images[key] for key in sorted(images, key=lambda key: (order[key[0]], key[1] or 0))]
        self.labels = np.stack([label(image.bright) for image in planes])
        self.values = np.stack([image.values for image in planes])
        self.places = [image.where for image in planes]
        self.is_ct = self.datasets[0].Modality == "CT"
        self.is_classic = "NumberOfFrames" not in self.datasets[0]

    def normal(self):
        cosines = np.array(self.places[0][1], float)
        return np.cross(cosines[:3], cosines[3:])

    def heights(self):
        """Of every plane along the normal, mm."""
        return np.array([np.array(position, float) @ self.normal() for _, _, position in self.places])

    def distance_mm(self):
        return float(np.median(np.diff(np.sort(self.heights()))))

    def points(self, number):
        """Centres of the organ's voxels, LPS mm."""
        return points_of((plane == number, where) for plane, where in zip(self.labels, self.places))

    def volume_mm3(self, number):
        rows, columns = (float(mm) for mm in self.places[0][0])
        return round(int((self.labels == number).sum()) * rows * columns * self.distance_mm(), 6)

    def mean(self, number):
        return round(float(self.values[self.labels == number].mean()), 4)
