import { once } from "node:events";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

export type ViewerSource = {
  /** Folder of the built viewer. */
  readonly dist: string;
  /** Root of the archive's web server, under which lie /dicom-web and /wado. */
  readonly archiveUrl: string;
  /** What the archive asks of its clients; the browser never learns it. */
  readonly archiveHeaders: Readonly<Record<string, string>>;
};

export type ViewerServer = { readonly url: string; readonly close: () => Promise<void> };

const dataSource = {
  namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
  sourceName: "archive",
  configuration: {
    friendlyName: "Archive",
    name: "archive",
    qidoRoot: "/dicom-web",
    wadoRoot: "/dicom-web",
    wadoUriRoot: "/wado",
    qidoSupportsIncludeField: false,
    imageRendering: "wadors",
    thumbnailRendering: "wadors",
    enableStudyLazyLoad: true,
    supportsFuzzyMatching: false,
    supportsWildcard: true,
    omitQuotationForMultipartRequest: true,
    bulkDataURI: { enabled: true, relativeResolution: "studies" },
  },
};

const configuration = {
  routerBasename: "/",
  extensions: [],
  modes: [],
  customizationService: {},
  showStudyList: true,
  maxNumberOfWebWorkers: 2,
  showCPUFallbackMessage: false,
  showWarningMessageForCrossOrigin: false,
  strictZSpacingForVolumeViewport: true,
  disableConfirmationPrompts: true,
  investigationalUseDialog: { option: "never" },
  defaultDataSourceName: "archive",
  dataSources: [dataSource],
};

/** Without a handler of its own the viewer hides why an image did not load behind a fault of its own. */
const script = `window.config = ${JSON.stringify(configuration)};
window.config.httpErrorHandler = ({ status, message }) => console.error("image not loaded:", status ?? message);`;

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

const end = (response: ServerResponse, status: number, body = ""): void => {
  response.writeHead(status).end(body);
};

/** Ask the archive in the browser's stead. */
const forward = (
  path: string,
  { headers: { accept = "*/*" } }: IncomingMessage,
  response: ServerResponse,
  source: ViewerSource,
): void => {
  const headers = { accept, ...source.archiveHeaders };
  request(new URL(path, source.archiveUrl), { headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  })
    .on("error", () => (response.headersSent ? response.destroy() : end(response, 502)))
    .end();
};

/** Files as they lie; any other path is one of the viewer's own pages. */
const sendFile = (pathname: string, response: ServerResponse, dist: string): void => {
  const asked = join(dist, pathname);
  const isFile = existsSync(asked) && statSync(asked).isFile();
  if (!isFile && extname(pathname) !== "") {
    end(response, 404);
    return;
  }
  const path = isFile ? asked : join(dist, "index.html");
  response.writeHead(200, {
    "content-type": contentTypes[extname(path)] ?? "application/octet-stream",
    "cache-control": "max-age=3600",
  });
  createReadStream(path).pipe(response);
};

const answer = (incoming: IncomingMessage, response: ServerResponse, source: ViewerSource): void => {
  // A URL has no `..` left after parsing, so that no path leads out of the folder or of DICOMweb.
  const { pathname, search } = new URL(incoming.url ?? "/", "http://viewer");
  if (incoming.method !== "GET") end(response, 405);
  else if (/^\/(dicom-web|wado)(\/|$)/.test(pathname)) forward(pathname + search, incoming, response, source);
  else if (pathname === "/app-config.js")
    response.writeHead(200, { "content-type": "text/javascript" }).end(script);
  else sendFile(pathname, response, source.dist);
};

/** The viewer and the archive it reads from as one origin, on a free loopback port; nothing can be stored through it. */
export const serveViewer = async (source: ViewerSource): Promise<ViewerServer> => {
  const server = createServer((incoming, response) => answer(incoming, response, source));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
