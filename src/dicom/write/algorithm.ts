import { shortText } from "./conform.ts";
import type { WriteContext } from "./context.ts";

/** The model's weights as a version: what tells two networks of one name apart. */
export const modelVersion = ({ model }: Pick<WriteContext, "model">): string =>
  model.weightsSha256.slice(0, 16);

/** How the network was run, in words, with the hashes that tell whether another result was made alike. */
export const runParameters = ({
  algorithmParameters,
  settingsDigest,
  model,
}: WriteContext): readonly string[] =>
  [
    ...algorithmParameters,
    `settings ${settingsDigest.slice(0, 16)}`,
    `plan ${model.planSha256.slice(0, 16)}`,
  ].map((parameter) => shortText(parameter));
