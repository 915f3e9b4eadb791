import { archiveContract } from "../../contract/archive.ts";
import { startOrthanc } from "../../support/orthanc.ts";
import { needsTool } from "../../support/shared.ts";
import { startDemo } from "./requests.ts";

archiveContract("the demo archive", (owner) => startDemo(owner, { stableMs: 1000 }));
archiveContract("Debian's Orthanc", (owner) => startOrthanc(owner), needsTool("Orthanc"));
