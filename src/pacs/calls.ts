import { api } from "dicomweb-client";
import type { Dispatcher } from "undici";
import type { Limits } from "./exchange.ts";
import type { ResolvedOptions } from "./options.ts";
import { makeXhr, type Xhr } from "./xhr.ts";

type Client = InstanceType<typeof api.DICOMwebClient>;
type Run = (client: Client, request: { instance: Xhr }) => Promise<unknown>;

/**
 * The call is over: its HTTP answer in full and what dicomweb-client made of it (null where it saw an error). Rejects
 * with PACS_UNREACHABLE, PACS_TIMEOUT, PACS_TOO_LARGE or PACS_BAD_ANSWER where there is no whole answer.
 */
export type Call = (run: Run) => Promise<{ readonly value: unknown; readonly xhr: Xhr }>;

/** One way to call dicomweb-client for each service, with that service's root, headers and limits. */
export const makeCalls = (options: ResolvedOptions) => {
  const { timeoutsMs, headers, dispatcher } = options;
  const prompt = { headersMs: timeoutsMs.headers, idleMs: timeoutsMs.headers };
  // Archives read every file of a series before they send the first byte of its metadata.
  const patient = (totalMs: number) => ({ headersMs: totalMs, idleMs: totalMs, totalMs });
  const maxBytes = options.maxJsonBytes;
  const instance = (transferSyntax: string, limits: Omit<Limits, "totalMs" | "maxBytes">): Call =>
    makeCall(
      options.wadoUrl,
      {
        ...headers,
        accept: `multipart/related; type="application/dicom"; transfer-syntax=${transferSyntax}`,
      },
      { ...limits, totalMs: timeoutsMs.instance, maxBytes: options.maxInstanceBytes },
      dispatcher,
    );
  return {
    search: makeCall(
      options.qidoUrl,
      headers,
      { ...prompt, totalMs: timeoutsMs.metadata, maxBytes },
      dispatcher,
    ),
    metadata: makeCall(options.wadoUrl, headers, { ...patient(timeoutsMs.metadata), maxBytes }, dispatcher),
    /** As a viewer asks for the pixels of one image: in whatever transfer syntax they are held. */
    frames: makeCall(
      options.wadoUrl,
      {
        ...headers,
        accept: 'multipart/related; type="application/octet-stream"; transfer-syntax=*',
      },
      { ...prompt, totalMs: timeoutsMs.instance, maxBytes: options.maxInstanceBytes },
      dispatcher,
    ),
    /** As stored: without the asterisk an archive sends Explicit VR Little Endian, or fails where it cannot decode. */
    instance: instance("*", prompt),
    /** Explicit VR Little Endian, from archives that can decode what they hold; the first byte takes that long. */
    uncompressedInstance: instance("1.2.840.10008.1.2.1", patient(timeoutsMs.instance)),
    store: makeCall(
      options.stowUrl,
      { ...headers, accept: "application/dicom+json" },
      { ...patient(timeoutsMs.store), maxBytes },
      dispatcher,
    ),
  } as const;
};

export type Calls = ReturnType<typeof makeCalls>;

const makeCall = (
  url: string,
  headers: Readonly<Record<string, string>>,
  limits: Limits,
  dispatcher: Dispatcher | null,
): Call => {
  const client = new api.DICOMwebClient({ url, verbose: false });
  return async (run) => {
    const xhr = makeXhr(headers, limits, dispatcher);
    const value = run(client, { instance: xhr }).catch(() => null);
    await xhr.finished;
    const failure = xhr.failure();
    if (failure !== null) throw failure;
    return { value: await value, xhr };
  };
};
