import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { ModelClass } from "../domain/plan.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import { makePhantom } from "./phantom/makePhantom.ts";
import type { Vendor } from "./phantom/scanner.ts";

/** Three hospitals, each with the scanner of another vendor, and what differs between them beside the patients. */
const centres: readonly { readonly name: string; readonly vendor: Vendor; readonly noise: number }[] = [
  { name: "North", vendor: "Siemens", noise: 1 },
  { name: "South", vendor: "GE", noise: 1.5 },
  { name: "West", vendor: "Philips", noise: 2 },
];

const classes = ["CT", "T1", "T2"] as const;

/** A quiet scan's standard deviation, in the phantom's units. */
const noiseSd: Readonly<Record<ModelClass, number>> = { CT: 8, T1: 15, T2: 15 };

/** The folders of a cohort as nnU-Net users have them, images of one class each in a folder of their own. */
export type CohortFolders = {
  readonly images: string;
  readonly labels: string;
  readonly groups: string;
  readonly classes: readonly ModelClass[];
};

/**
 * Write a cohort of synthetic patients: `images/<class>/<case>_0000.nii.gz`, `labels/<case>.nii.gz` and `groups.csv`;
 * `perGroup` cases for each class at each centre. Each takes a second or two.
 */
export const writeCohort = async (
  folder: string,
  perGroup: number,
  firstSeed: number,
  onProgress: (what: string, share: number) => void,
): Promise<CohortFolders> => {
  const [images, labels, groups] = ["images", "labels", "groups.csv"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(labels, { recursive: true });
  const wanted = classes.flatMap((modelClass) =>
    centres.flatMap((centre) => Array.from({ length: perGroup }, (_, n) => ({ modelClass, centre, n }))),
  );
  const lines = ["case,modality,centre,scanner"];
  for (const [index, { modelClass, centre, n }] of wanted.entries()) {
    const name = `${modelClass.toLowerCase()}_${centre.name.toLowerCase()}_${String(n + 1).padStart(2, "0")}`;
    onProgress(`synthesising ${name}`, index / wanted.length);
    await setImmediate();
    const phantom = makePhantom({
      seed: firstSeed + index,
      modelClass,
      vendor: centre.vendor,
      noiseSd: noiseSd[modelClass] * centre.noise,
    });
    mkdirSync(join(images, modelClass), { recursive: true });
    writeFileSync(join(images, modelClass, `${name}_0000.nii.gz`), writeNifti(phantom.volume));
    writeFileSync(join(labels, `${name}.nii.gz`), writeNifti(phantom.label));
    lines.push([name, modelClass, centre.name, centre.vendor].join(","));
  }
  writeFileSync(groups, `${lines.join("\n")}\n`);
  return { images, labels, groups, classes };
};
