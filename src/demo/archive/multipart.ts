import { randomUUID } from "node:crypto";
import type { Answer } from "./answer.ts";

/** One part of an answer: its content type and its bytes, made when they are due. */
export type Part = { readonly contentType: string; readonly read: () => Uint8Array };

/** A multipart/related answer (RFC 2387), one part in memory at a time. */
export const multipartAnswer = (type: string, parts: readonly Part[]): Answer => {
  const boundary = randomUUID();
  return {
    status: 200,
    contentType: `multipart/related; type="${type}"; boundary=${boundary}`,
    body: encode(boundary, parts),
  };
};

function* encode(boundary: string, parts: readonly Part[]): Generator<Uint8Array> {
  for (const { contentType, read } of parts) {
    yield Buffer.from(`--${boundary}\r\nContent-Type: ${contentType}\r\n\r\n`);
    yield read();
    yield Buffer.from("\r\n");
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

/** The boundary of a multipart/related content type of DICOM files; null for any other. */
export const dicomBoundary = (contentType: string): string | null => {
  const [mediaType, ...rest] = contentType.split(";").map((each) => each.trim());
  const parameters = new Map(
    rest.map((each) => {
      const at = each.indexOf("=");
      return [each.slice(0, at).trim().toLowerCase(), each.slice(at + 1).replace(/^\s*"(.*)"$/, "$1")];
    }),
  );
  const isDicom = (parameters.get("type") ?? "application/dicom").toLowerCase() === "application/dicom";
  const boundary = parameters.get("boundary") ?? "";
  if (mediaType?.toLowerCase() !== "multipart/related" || !isDicom || boundary === "") return null;
  return boundary;
};

/** The bodies of the parts (RFC 2046 5.1); null when the closing boundary is missing or a part has no end of its head. */
export const decodeParts = (body: Buffer, boundary: string): readonly Uint8Array[] | null => {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const isFirst = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  let at = isFirst ? -2 : body.indexOf(delimiter);
  const parts: Uint8Array[] = [];
  while (at !== -1) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).toString("latin1") === "--") return parts;
    const headEnd = body.indexOf("\r\n\r\n", start);
    at = body.indexOf(delimiter, start);
    if (headEnd === -1 || headEnd + 4 > at + 2) return null;
    parts.push(body.subarray(headEnd + 4, Math.max(at, headEnd + 4)));
  }
  return null;
};
