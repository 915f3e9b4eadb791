import { v5 } from "uuid";

/** The namespace of names that begin with an OID (RFC 9562 section 6.6). */
const oidNamespace = "6ba7b812-9dad-11d1-80b4-00c04fd430c8";

/** A name-based UUID, version 5 (RFC 9562 section 5.5); the same for the same name. */
export const uuidOf = (name: string): string => v5(name, oidNamespace);
