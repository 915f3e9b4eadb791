/**
 * A number between 0 and 1 that follows from a UID, spread evenly over UIDs: ties between cases are broken by chance, yet
 * the same history always has the same verdict, and a case that comes in late changes nothing about the others' draws.
 * The hash of Fowler, Noll & Vo (FNV-1a), its bits mixed as MurmurHash3 ends, so that UIDs that end alike part.
 */
export const tieBreakOf = (uid: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < uid.length; i++) hash = Math.imul(hash ^ uid.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
};
