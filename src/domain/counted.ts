/**
 * A number with its noun, e.g. `counted(1, "slice")` is "1 slice" and `counted(2, "slice is", "slices are")` "2 slices
 * are".
 */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`;
