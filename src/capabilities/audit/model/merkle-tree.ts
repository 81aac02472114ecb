import { createHash } from "node:crypto";

/**
 * The Merkle tree of RFC 6962, section 2.1 (proofs are checked as RFC 9162, 2.1.3.2 and 2.1.4.2): the root over the
 * leaves. A leaf is hashed after a byte 0x00, a node after 0x01, so that neither can be passed off as the other.
 * @param leaves as `leafHash` makes them, in order
 */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return only;
  const left = leftSizeOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

/** @param content what is proven to be in the tree: the hash of an entry, 32 bytes */
export function leafHash(content: Uint8Array): Buffer {
  return createHash("sha256").update(LEAF).update(content).digest();
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(NODE).update(left).update(right).digest();
}

/** The largest power of two below `size`. */
function leftSizeOf(size: number): number {
  let left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}

/**
 * The roots of the full subtrees that a tree is made of, from the left: one for each 1 in its size as a binary number.
 * A tree that grows needs no more than these of what it was.
 */
export type Frontier = readonly Buffer[];

/** The frontier of the tree of `size` leaves with one leaf more. */
export function grow(frontier: Frontier, size: number, leaf: Buffer): Frontier {
  const grown = [...frontier, leaf];
  for (let full = size; full % 2 === 1; full = Math.floor(full / 2)) {
    const right = grown.pop();
    const left = grown.pop();
    if (left === undefined || right === undefined) throw new RangeError("the frontier is not of this size");
    grown.push(nodeHash(left, right));
  }
  return grown;
}

export function rootOfFrontier(frontier: Frontier): Buffer {
  const [last, ...others] = frontier.toReversed();
  if (last === undefined) return rootOf([]);
  return others.reduce((right, left) => nodeHash(left, right), last);
}

/** What proves that the leaf at `index` (from 0) is in the tree: the roots of its neighbours, from below. */
export function inclusionPath(leaves: readonly Buffer[], index: number): Buffer[] {
  if (index < 0 || index >= leaves.length) throw new RangeError("there is no such leaf");
  if (leaves.length === 1) return [];
  const left = leftSizeOf(leaves.length);
  return index < left
    ? [...inclusionPath(leaves.slice(0, left), index), rootOf(leaves.slice(left))]
    : [...inclusionPath(leaves.slice(left), index - left), rootOf(leaves.slice(0, left))];
}

/** The root of a tree of `size` leaves in which this leaf stands at `index`, as the path has it; null when it cannot be one. */
export function rootByInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | null {
  if (index < 0 || index >= size) return null;
  let root = leaf;
  let place: Place = { at: index, last: size - 1 };
  for (const neighbour of path) {
    if (place.last === 0) return null;
    const isRight = isRightOrLast(place);
    root = isRight ? nodeHash(neighbour, root) : nodeHash(root, neighbour);
    place = up(isRight ? toRight(place) : place);
  }
  return place.last === 0 ? root : null;
}

/** A node's number in its row, and the number of the last one there. */
interface Place {
  readonly at: number;
  readonly last: number;
}

const up = ({ at, last }: Place): Place => ({ at: Math.floor(at / 2), last: Math.floor(last / 2) });
const isRightOrLast = ({ at, last }: Place) => at % 2 === 1 || at === last;

/** Up to where the node is a right one: a last node without a neighbour stands for its parent. */
function toRight(from: Place): Place {
  let place = from;
  while (place.at % 2 === 0 && place.at !== 0) place = up(place);
  return place;
}

/** What proves that the tree of the first `earlier` leaves became the tree of all of them, nothing changed or removed. */
export function consistencyPath(leaves: readonly Buffer[], earlier: number): Buffer[] {
  if (earlier < 1 || earlier > leaves.length) throw new RangeError("there was no such tree");
  return subproof(leaves, earlier, true);
}

function subproof(leaves: readonly Buffer[], earlier: number, isWhole: boolean): Buffer[] {
  if (earlier === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const left = leftSizeOf(leaves.length);
  return earlier <= left
    ? [...subproof(leaves.slice(0, left), earlier, isWhole), rootOf(leaves.slice(left))]
    : [...subproof(leaves.slice(left), earlier - left, false), rootOf(leaves.slice(0, left))];
}

/** Size and root of a tree. */
export interface Tree {
  readonly size: number;
  readonly root: Buffer;
}

/** Whether the path proves that the later tree begins with the earlier one. */
export function isConsistent(earlier: Tree, later: Tree, path: readonly Buffer[]): boolean {
  if (earlier.size < 1 || earlier.size > later.size) return false;
  if (earlier.size === later.size) return path.length === 0 && earlier.root.equals(later.root);
  let place: Place = { at: earlier.size - 1, last: later.size - 1 };
  while (place.at % 2 === 1) place = up(place);
  // An earlier tree that is full is itself the first step, and is left out of the path.
  const [first, ...steps] = place.at === 0 ? [earlier.root, ...path] : path;
  if (first === undefined) return false;
  let was = first;
  let is = first;
  for (const step of steps) {
    if (place.last === 0) return false;
    const isRight = isRightOrLast(place);
    if (isRight) was = nodeHash(step, was);
    is = isRight ? nodeHash(step, is) : nodeHash(is, step);
    place = up(isRight ? toRight(place) : place);
  }
  return place.last === 0 && was.equals(earlier.root) && is.equals(later.root);
}
