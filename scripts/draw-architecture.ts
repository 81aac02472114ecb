// Draws the rooms and who imports whom into ARCHITECTURE.md, from the imports as they are; with --check only compares.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CAPABILITIES, roomOf } from "./borders.ts";
import { readSourceTree } from "./source-tree.ts";
import { writeOrCheck } from "./write-or-check.ts";

const FILE = "ARCHITECTURE.md";
const BEGIN = "<!-- drawn by scripts/draw-architecture.ts -->";
const END = "<!-- end of the drawing -->";
const ROOT = join(import.meta.dirname, "..");

const text = readFileSync(join(ROOT, FILE), "utf8");
const [before, rest] = text.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined)
  throw new Error(`${FILE} has no place for the drawing: ${BEGIN}`);
writeOrCheck(FILE, `${before}${BEGIN}\n\n${draw()}\n${END}${after}`);

function draw(): string {
  const rooms = readRooms();
  const inOrder = [
    "main",
    ...CAPABILITIES.map((capability) => `capabilities/${capability}`).reverse(),
    ...["reference", "standards", "platform", "exercise"],
  ].filter((room) => rooms.has(room));
  const lines = inOrder.flatMap((room) => {
    const asked = inOrder.filter((other) => rooms.get(room)?.has(other));
    return asked.length === 0 ? [] : [`  ${label(room)} --> ${asked.map(label).join(" & ")}`];
  });
  return ["```mermaid", "flowchart TD", ...lines, "```", ""].join("\n");
}

/** For each room the rooms it imports, types included. */
function readRooms(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const { path, imports } of readSourceTree(ROOT).values()) {
    const room = roomOf(path);
    const asked = rooms.get(room) ?? new Set();
    rooms.set(room, asked);
    for (const { target } of imports)
      if (target !== null && roomOf(target) !== room) asked.add(roomOf(target));
  }
  return rooms;
}

function label(room: string): string {
  return room.replace("capabilities/", "");
}
