import { type Answer, notFound, plainAnswer } from "./answer.ts";
import {
  describeInstance,
  describeSeries,
  describeStudy,
  describeSystem,
  readChanges,
} from "./orthancApi.ts";
import { search } from "./qido.ts";
import type { Shelf } from "./shelf.ts";
import { storeParts } from "./stow.ts";
import { readMetadata, retrieve, retrieveFrames, retrievePixelData } from "./wado.ts";

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: Buffer;
};

type Route = {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly answer: (shelf: Shelf, asked: Asked, found: readonly string[], rootUrl: string) => Answer;
};

const UID = "([0-9.]{1,64})";
const study = `/studies/${UID}`;
const series = `${study}/series/${UID}`;
const instance = `${series}/instances/${UID}`;

const get = (pattern: string, answer: Route["answer"]): Route => ({
  method: "GET",
  path: new RegExp(`^${pattern}$`),
  answer,
});
const web = (pattern: string, answer: Route["answer"]): Route => get(`/dicom-web${pattern}`, answer);

const routes: readonly Route[] = [
  web("/studies", ({ catalogue }, { query }, _, root) => search(catalogue, "study", [], query, root)),
  web(`(?:${study})?/series`, ({ catalogue }, { query }, uids, root) =>
    search(catalogue, "series", uids, query, root),
  ),
  web(`(?:${study}(?:/series/${UID})?)?/instances`, ({ catalogue }, { query }, uids, root) =>
    search(catalogue, "instance", uids, query, root),
  ),
  ...[study, series, instance].flatMap((address) => [
    web(address, (shelf, _, uids) => retrieve(shelf, uids)),
    web(`${address}/metadata`, (shelf, _, uids, root) => readMetadata(shelf, uids, root)),
  ]),
  web(`${instance}/frames/([^/]+)`, (shelf, _, [studyUid, seriesUid, sopUid, list = ""]) =>
    retrieveFrames(shelf, [studyUid, seriesUid, sopUid].filter(isText), list),
  ),
  web(`${instance}/bulk/7fe00010`, (shelf, _, uids) => retrievePixelData(shelf, uids)),
  {
    method: "POST",
    path: new RegExp(`^/dicom-web/studies(?:/${UID})?$`),
    answer: ({ take }, { contentType, body }, [studyUid], root) =>
      storeParts(take, studyUid, contentType, body, root),
  },
  get("/system", () => describeSystem()),
  get("/changes", (shelf, { query }) => readChanges(shelf, query)),
  get("/studies/([0-9a-f-]+)", (shelf, _, [id = ""]) => describeStudy(shelf, id)),
  get("/series/([0-9a-f-]+)", (shelf, _, [id = ""]) => describeSeries(shelf, id, undefined)),
  get("/series/([0-9a-f-]+)/study", (shelf, _, [id = ""]) => describeSeries(shelf, id, "study")),
  get("/instances/([0-9a-f-]+)", (shelf, _, [id = ""]) => describeInstance(shelf, id)),
];

/** The answer to a request: of the one route that fits it, else 404 or 405. */
export const route = (shelf: Shelf, asked: Asked, rootUrl: string): Answer => {
  const fitting = routes.filter(({ path }) => path.test(asked.path));
  const chosen = fitting.find(({ method }) => method === asked.method);
  if (chosen === undefined)
    return fitting.length === 0 ? notFound() : plainAnswer(405, "The method is not offered here.");
  const found = chosen.path.exec(asked.path)?.slice(1).filter(isText) ?? [];
  return chosen.answer(shelf, asked, found, rootUrl);
};

const isText = (value: string | undefined): value is string => value !== undefined;
