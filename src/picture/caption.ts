import { blankImage, type Colour, type Image, paste } from "./image.ts";
import { drawText, lineHeight, textWidth } from "./text.ts";

const bandColour: Colour = [18, 21, 25];
const captionColour: Colour = [226, 230, 235];

/** Text in lines that are no wider than asked for, broken between words; a single longer word stays whole. */
const wrapped = (text: string, width: number, scale: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, scale) <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
};

/** The picture with lines of text on a dark band below. */
export const withCaption = (image: Image, caption: readonly string[], scale: number): Image => {
  const margin = 6 * scale;
  const lines = caption.flatMap((line) => wrapped(line, image.width - 2 * margin, scale));
  if (lines.length === 0) return image;
  const bandHeight = 2 * margin + lines.length * lineHeight(scale);
  const whole = blankImage(image.width, image.height + bandHeight, bandColour);
  paste(whole, image, 0, 0);
  for (const [n, line] of lines.entries()) {
    drawText(whole, margin, image.height + margin + n * lineHeight(scale), line, captionColour, scale);
  }
  return whole;
};
