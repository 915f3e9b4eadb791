/**
 * The named planes of a (z,y,x) mask, one bit a voxel, the first voxel in the lowest bit; bits run on over the ends of
 * rows and frames, and only the whole is padded to an even number of bytes (PS3.5 section 8.2, annex A.2).
 */
export const packPlanes = (
  voxels: Uint8Array,
  voxelsPerPlane: number,
  planes: readonly number[],
): ArrayBuffer => {
  const packed = new Uint8Array(2 * Math.ceil((planes.length * voxelsPerPlane) / 16));
  planes.forEach((plane, frame) => {
    const from = plane * voxelsPerPlane;
    const to = frame * voxelsPerPlane;
    for (let i = 0; i < voxelsPerPlane; i++) {
      if (voxels[from + i] !== 0)
        packed[(to + i) >>> 3] = (packed[(to + i) >>> 3] as number) | (1 << ((to + i) & 7));
    }
  });
  return packed.buffer;
};
