/**
 * The part of dicomweb-client that is used here. The types that the package ships name browser types, demand options
 * that are optional and leave out `request`.
 */
declare module "dicomweb-client" {
  /** What the client touches of an XMLHttpRequest. */
  export type XhrShape = {
    readyState: number;
    status: number;
    response: unknown;
    responseType: string;
    withCredentials: boolean;
    onreadystatechange: (() => void) | null;
    onloadstart: (() => void) | null;
    onloadend: (() => void) | null;
    onprogress: ((event: unknown) => void) | null;
    open: (method: string, url: string, isAsync?: boolean) => void;
    setRequestHeader: (name: string, value: string) => void;
    send: (body?: ArrayBuffer) => void;
    getResponseHeader: (name: string) => string | null;
    getAllResponseHeaders: () => string;
  };

  type Options = { request: { instance: XhrShape } };
  type Study = { studyInstanceUID: string };
  type Series = Study & { seriesInstanceUID: string };
  type Query = { queryParams?: Readonly<Record<string, string | number>> };

  class DICOMwebClient {
    constructor(options: { url: string; verbose: boolean });
    searchForStudies(options: Query & Options): Promise<unknown>;
    searchForSeries(options: Partial<Study> & Query & Options): Promise<unknown>;
    searchForInstances(options: Partial<Series> & Query & Options): Promise<unknown>;
    retrieveSeriesMetadata(options: Series & Options): Promise<unknown>;
    retrieveInstanceMetadata(options: Series & { sopInstanceUID: string } & Options): Promise<unknown>;
    /** The first part of the answer; undefined when it holds none. */
    retrieveInstance(options: Series & { sopInstanceUID: string } & Options): Promise<unknown>;
    retrieveInstanceFrames(
      options: Series & { sopInstanceUID: string; frameNumbers: readonly number[] } & Options,
    ): Promise<unknown>;
    storeInstances(options: { datasets: readonly ArrayBuffer[] } & Options): Promise<unknown>;
  }

  export const api: { readonly DICOMwebClient: typeof DICOMwebClient };
}
