import { blankImage, type Colour, type Image, paste } from "./image.ts";
import { drawMark, type Mark, type Sheet, textMark } from "./mark.ts";
import { lineHeight, wrapped } from "./text.ts";

const bandColour: Colour = [18, 21, 25];

const lineColours = {
  plain: [226, 230, 235],
  /** What a reader must see before the number. */
  warning: [255, 176, 66],
} as const satisfies Record<string, Colour>;

/** A line of a caption; a headline is half as large again. */
export type CaptionLine = string | { readonly text: string; readonly as: "headline" | "warning" };

const linesOf = (line: CaptionLine, left: number, width: number, smallScale: number): readonly Mark[] => {
  const { text, as } = typeof line === "string" ? { text: line, as: "plain" as const } : line;
  const scale = as === "headline" ? Math.ceil(smallScale * 1.5) : smallScale;
  const colour = as === "warning" ? lineColours.warning : lineColours.plain;
  return wrapped(text, width, scale).map((words) => textMark(words, [left, 0], scale, colour));
};

/** The picture with lines of text on a dark band below, broken where they are too long. */
export const withCaption = (
  image: Image & Partial<Sheet>,
  caption: readonly CaptionLine[],
  scale: number,
): Sheet => {
  const margin = 6 * scale;
  const lines = caption.flatMap((line) => linesOf(line, margin, image.width - 2 * margin, scale));
  if (lines.length === 0) return { ...image, marks: image.marks ?? [] };
  let top = image.height + margin;
  const marks = lines.map((line) => {
    const mark = { ...line, top };
    top += line.kind === "text" ? lineHeight(line.scale) : 0;
    return mark;
  });
  const whole = blankImage(image.width, top + margin, bandColour);
  paste(whole, image, 0, 0);
  for (const mark of marks) drawMark(whole, mark);
  return { ...whole, marks: [...(image.marks ?? []), ...marks] };
};
