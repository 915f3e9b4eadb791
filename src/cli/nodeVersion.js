/** The first Node with all that the program needs: TypeScript without a build, Float16Array, node:sqlite. */
const LEAST = 24;

/**
 * Why the program cannot run on a Node; null where it can.
 * @param {string} version such as 24.21.0
 * @returns {string | null}
 */
export const nodeProblem = (version) =>
  Number.parseInt(version, 10) >= LEAST
    ? null
    : `panseg needs Node.js ${LEAST} or newer, and this is ${version}. Node.js ${LEAST} comes with its packages: npm run and npx in its folder take it.`;

/**
 * Says so, and that the settings of the machine are at fault, where this Node is too old.
 * @returns {boolean} whether it is
 */
export const refuseOldNode = () => {
  const problem = nodeProblem(process.versions.node);
  if (problem === null) return false;
  process.stderr.write(`✗ ${problem} [USAGE]\n`);
  process.exitCode = 2;
  return true;
};
