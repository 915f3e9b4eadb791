/** Brings, before the tests, what some of them open: Python's DICOM readers and the OHIF viewer. Absent, those tests skip. */
import { installReaders } from "./conformance/readers/install.ts";
import { ohifFolder } from "./viewer/ohifDist.ts";

const tell = (what: string): void => void process.stderr.write(`${what}\n`);

const readers = await installReaders();
tell("reason" in readers ? readers.reason : `readers: ${readers.python}`);
await ohifFolder().then(
  (folder) => tell(`viewer: ${folder}`),
  (error: Error) => tell(`no viewer: ${error.message}`),
);
