/** The first names and how many more there are; whoever needs all of them finds them in the files. */
export const nameSome = (names: readonly string[], most = 10): string =>
  names.length <= most
    ? names.join(", ")
    : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
