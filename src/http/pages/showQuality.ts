import type { Request, Response } from "express";
import { withoutMemory } from "../../domain/quality.ts";
import { textOf } from "../../html/html.ts";
import type { ReadQuality } from "../api/quality.ts";
import { renderQualityPage } from "./qualityPage.ts";

/** The page of the last audit, also where there is none. */
export const showQuality =
  (readQuality: ReadQuality) =>
  (_request: Request, response: Response): void => {
    const record = readQuality();
    response.type("html").send(textOf(renderQualityPage(record && withoutMemory(record))));
  };
