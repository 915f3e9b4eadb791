const ending =
  /(\.seg|\.label)?\.(nii\.gz|nii\.(bz2|xz|zst|zip)|nii|nrrd|nhdr|mha|mhd|mgz|mgh|hdr|img|img\.gz|hdr\.gz|npy|npz|mat|h5|hdf5|zip|tar|tgz|7z|rar|stl|obj|vtp|vtk|ply|dcm|seg)$/i;

/**
 * What two ways of writing a case's name have in common: without folder, ending and spaces around it, in one normal form
 * (Unicode NFC; macOS stores names in NFD). Case is kept: `pat1` and `PAT1` may be two patients.
 */
export const caseKey = (name: string): string =>
  (name.trim().split(/[\\/]/).at(-1) ?? "").replace(ending, "").trim().normalize("NFC");
