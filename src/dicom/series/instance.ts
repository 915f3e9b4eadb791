/** One DICOM instance as bytes on demand, so that a series is never held in memory twice. */
export type InstanceBytes = { readonly name: string; readonly read: () => Uint8Array };
