/**
 * A copy that owns its memory: its `buffer` holds exactly these bytes, so that it may be handed to a thread or to a
 * library that takes whole buffers. Bytes that come from files and sockets are Buffers: `slice` of one copies nothing,
 * and its `buffer` may be Node's pool or a whole file.
 */
export const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
