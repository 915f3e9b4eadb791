import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { BuiltObject } from "../../src/dicom/write/part10.ts";
import { browserOptions } from "../support/browser.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { ohifFolder } from "./ohifDist.ts";
import { serveViewer } from "./serveViewer.ts";
import type { Study } from "./study.ts";

export type OpenPage = {
  readonly page: Page;
  /** Hosts that were asked for anything. */
  readonly hosts: ReadonlySet<string>;
  /** Errors of the console, faults of scripts, and answers that are none. */
  readonly trouble: readonly string[];
};

export type Viewer = {
  readonly host: string;
  /** A link to one series of the study, as a worklist would hold it. */
  readonly open: (built: BuiltObject) => Promise<OpenPage>;
  readonly close: () => Promise<void>;
};

/** WebGL in software; and whatever the viewer may ask of the world outside is not to be found. */
const browserArguments = [
  ...browserOptions.args,
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** The viewer shows a segmentation in one viewport and then in another: what was still loading for the first fails. */
const knownFault = /image not loaded: Cannot read properties of null \(reading 'getViewUp'\)/;

const toursSeen = 'localStorage.setItem("shownTours", \'["basicViewerTour","segmentationTour"]\')';

const watch = (page: Page): Omit<OpenPage, "page"> => {
  const [hosts, trouble] = [new Set<string>(), [] as string[]];
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http") || protocol.startsWith("ws")) hosts.add(host);
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !knownFault.test(message.text())) trouble.push(message.text());
  });
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("response", (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()} ${response.url()}`);
  });
  return { hosts, trouble };
};

const openSeries = async (
  context: BrowserContext,
  url: string,
  studyUid: string,
  seriesUid: string,
): Promise<OpenPage> => {
  const page = await context.newPage();
  const watched = watch(page);
  await page.goto(`${url}/viewer?StudyInstanceUIDs=${studyUid}&initialSeriesInstanceUID=${seriesUid}`);
  return { page, ...watched };
};

type End = () => Promise<void>;

/** A study in Debian's Orthanc, and OHIF in Chromium before it. */
export const startViewer = async (study: Study, viewport = { width: 1000, height: 640 }): Promise<Viewer> => {
  const ends: End[] = [];
  const after = (end: End): void => void ends.unshift(end);
  const close = async (): Promise<void> => {
    for (const end of ends) await end();
  };
  try {
    return { ...(await start({ after }, study, viewport)), close };
  } catch (error) {
    await close();
    throw error;
  }
};

const start = async (
  owner: { readonly after: (end: End) => void },
  study: Study,
  viewport: { readonly width: number; readonly height: number },
): Promise<Omit<Viewer, "close">> => {
  const orthanc = await startOrthanc(owner);
  for (const files of study.files) await orthanc.stow(files);
  const server = await serveViewer({
    dist: await ohifFolder(),
    archiveUrl: orthanc.restUrl,
    archiveHeaders: orthanc.headers,
  });
  owner.after(server.close);
  const browser = await chromium.launch({ ...browserOptions, args: browserArguments });
  owner.after(() => browser.close());
  const context = await browser.newContext({ viewport, serviceWorkers: "block" });
  context.setDefaultTimeout(120_000);
  await context.addInitScript(toursSeen);
  return {
    host: new URL(server.url).host,
    open: ({ object }) => openSeries(context, server.url, study.source.studyUid, object.seriesUid),
  };
};
