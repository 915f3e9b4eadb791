/**
 * `panseg convert` against dcm2niix on any folder: `npm run conformance:volume -- <folder> [--json]`. Ends with exit code
 * 1 where the two differ for a reason that nobody knows.
 */
import { parseArgs } from "node:util";
import { judgeFolder, type SeriesFindings } from "./judgeFolder.ts";
import type { Finding } from "./judgeSeries.ts";

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined) {
  console.error("usage: npm run conformance:volume -- <folder> [--json]");
  process.exit(2);
}

const marks: Readonly<Record<Finding["verdict"], string>> = {
  equal: "✓",
  "both refuse": "✓",
  explained: "≈",
  unexplained: "✗",
};

const tell = ({ seriesUid, files, findings }: SeriesFindings): void => {
  const name = seriesUid === null ? "unreadable files" : seriesUid || "(no SeriesInstanceUID)";
  for (const { verdict, part, text, reason } of findings) {
    const label = reason === null ? verdict : `${verdict} [${reason}]`;
    console.log(`${marks[verdict]} ${name}${part && ` ${part}`}, ${files} file(s): ${label}, ${text}`);
  }
};

const found = await judgeFolder(folder, values.json ? () => undefined : tell);
const count = (verdict: Finding["verdict"]): number =>
  found.flatMap(({ findings }) => findings).filter((finding) => finding.verdict === verdict).length;

if (values.json) console.log(JSON.stringify(found, null, 2));
console.error(
  `${count("equal")} equal, ${count("both refuse")} refused by both, ${count("explained")} explained, ${count("unexplained")} unexplained`,
);
if (count("unexplained") > 0) process.exitCode = 1;
