// Checks that the code keeps its borders (scripts/borders.ts); ends with 1 and names each breach when it does not.
import { join } from "node:path";
import { BORDERS, findBreaches } from "./borders.ts";
import { readSourceTree } from "./source-tree.ts";

const tree = readSourceTree(join(import.meta.dirname, ".."));
const breaches = findBreaches(tree);
for (const { id, sentence } of BORDERS) {
  const broken = breaches.filter(({ rule }) => rule === id);
  if (broken.length === 0) continue;
  console.error(`${id}: ${sentence}`);
  for (const { path, line, found } of broken) console.error(`  ${path}:${line}  ${found}`);
}
console.error(`${tree.size} modules, ${BORDERS.length} borders, ${breaches.length} breaches`);
if (breaches.length > 0) process.exitCode = 1;
