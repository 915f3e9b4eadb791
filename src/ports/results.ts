/** Where results lie before, while and after they are sent; jobs/ and pacs/ fulfil it. */
import type { Failure } from "../domain/failure.ts";
import type { OutputKind } from "../domain/outputs.ts";
import type { ResultObject, ResultSummary } from "../domain/result.ts";
import type { Pacs } from "./pacs.ts";

/** The objects of one job on disk, complete or absent: written before the first send, the only source of sends. */
export type Spooled = {
  readonly result: ResultSummary;
  /** The result's objects, in its order. */
  readonly objects: readonly SpooledObject[];
  /** PNG for people: key slices with the contour. */
  readonly picture: Uint8Array;
};

export type SpooledObject = ResultObject & { readonly bytes: Uint8Array };

export type Spool = {
  readonly read: (key: string) => Spooled | null;
  readonly keep: (key: string, spooled: Spooled) => Spooled;
  /** Keep what an archive made of an object beside what was sent, for a person; returns the name under which it lies. */
  readonly keepDisputed: (key: string, name: string, stored: Uint8Array) => string;
  readonly remove: (key: string) => void;
};

/** An archive that gets results, and which of them. */
export type Destination = {
  /** "archive" for the one that the series came from. */
  readonly name: string;
  readonly pacs: Pick<Pacs, "hasInstance" | "storeInstance" | "retrieveInstance">;
  readonly outputs: readonly OutputKind[];
};

/** Classes of objects that a destination has refused. Once is no refusal: a class counts as refused when it was refused again later. */
export type Refusals = {
  /** Why a class is not asked for at present. */
  readonly find: (destination: string, sopClassUid: string) => Failure | null;
  /** The destination said so just now; the failure where that settles it, null where it is to be asked again later. */
  readonly note: (destination: string, sopClassUid: string, failure: Failure) => Failure | null;
  /** The destination took one. */
  readonly forget: (destination: string, sopClassUid: string) => void;
};

/** When a destination was found away and is asked again (epoch ms), why not before, and how many tries in a row have found it so. */
export type Outage = {
  readonly foundMs: number;
  readonly untilMs: number;
  readonly failure: Failure;
  readonly failuresInRow: number;
};

/** Destinations that are away, as this process found them: one is asked by one result at a time until it answers again. */
export type Outages = {
  /** Null where a destination is not known to be away. */
  readonly find: (destination: string) => Outage | null;
  readonly note: (destination: string, outage: Omit<Outage, "failuresInRow">) => void;
  /** A destination took the result of this job. */
  readonly passed: (destination: string, jobId: number) => void;
  /** The result of this job failed there: whether others passed since it failed there last. */
  readonly failsAlone: (destination: string, jobId: number) => boolean;
};

/** Tries so far of what failed, this one included. */
export type Tries = {
  /** Those that say something about the result. */
  readonly counted: number;
  readonly failuresInRow: number;
  /** Others pass where it fails, so that the fault is not the destination's. */
  readonly failsAlone: boolean;
};

/** When what failed is tried again; `usesAttempt` false means that the failure says nothing about the result. */
export type NextTry = { readonly delayMs: number; readonly usesAttempt: boolean };

/** Pictures of finished jobs by job key, kept for a limited time: they show a patient. */
export type Pictures = {
  readonly keep: (key: string, png: Uint8Array) => void;
  readonly read: (key: string) => Promise<Uint8Array | null>;
  /** Removes what a dead process left half-written; for who alone may write here. */
  readonly removeUnfinished: () => void;
  /** Removes what was kept before `beforeMs` (epoch); returns how many. */
  readonly removeOlder: (beforeMs: number) => number;
};
