import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  consistencyPath,
  type Frontier,
  grow,
  inclusionPath,
  isConsistent,
  leafHash,
  rootByInclusion,
  rootOf,
  rootOfFrontier,
} from "./merkle-tree.ts";

const LARGEST = 200;
const leaves = Array.from({ length: LARGEST }, (_, at) =>
  leafHash(createHash("sha256").update(`entry ${at}`).digest()),
);
const rootAt = Array.from({ length: LARGEST + 1 }, (_, size) => rootOf(leaves.slice(0, size)));
const tree = (size: number) => ({ size, root: rootAt[size] ?? Buffer.alloc(0) });
const leafAt = (at: number) => leaves[at] ?? Buffer.alloc(0);

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
const bit = fc.nat(255);
const sizeAndPlace = fc
  .integer({ min: 1, max: LARGEST })
  .chain((size) => fc.record({ size: fc.constant(size), at: fc.nat(size - 1) }));

describe("the tree", () => {
  it("has the roots that RFC 6962 gives", () => {
    // The known answers of Certificate Transparency: leaves are the bytes themselves.
    const known = ["", "00", "10", "2021", "3031"].map((hex) => leafHash(Buffer.from(hex, "hex")));
    expect(rootOf([]).toString("hex")).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(rootOf(known.slice(0, 1)).toString("hex")).toBe(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    );
    expect(rootOf(known.slice(0, 2)).toString("hex")).toBe(
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    );
  });

  it("has the same root when it is grown leaf by leaf from its frontier", () => {
    let frontier: Frontier = [];
    for (let size = 0; size < LARGEST; size++) {
      expect(rootOfFrontier(frontier)).toEqual(rootAt[size]);
      frontier = grow(frontier, size, leafAt(size));
    }
  });
});

describe("a proof of inclusion", () => {
  it("holds for every entry of trees up to 200", () => {
    // All entries of the sizes at which the tree changes its shape; the property below takes any other.
    const sizes = Array.from({ length: 40 }, (_, at) => at + 1);
    for (const size of [...sizes, 63, 64, 65, 127, 128, 129, 199, LARGEST]) {
      const own = leaves.slice(0, size);
      // Every entry of small trees; of larger ones the ends, the middle and those beside powers of two.
      for (let at = 0; at < size; at++) {
        expect(rootByInclusion(leafAt(at), at, size, inclusionPath(own, at))).toEqual(rootAt[size]);
      }
    }
  });

  it("fails for any flipped bit, another place, another size and a step more or less", () => {
    fc.assert(
      fc.property(sizeAndPlace, bit, fc.nat(20), ({ size, at }, flip, nth) => {
        const path = inclusionPath(leaves.slice(0, size), at);
        const leaf = leafAt(at);
        const holds = (...proof: Parameters<typeof rootByInclusion>) =>
          rootByInclusion(...proof)?.equals(rootAt[size] ?? leaf) ?? false;
        expect(holds(leaf, at, size, path)).toBe(true);
        expect(holds(flipped(leaf, flip), at, size, path)).toBe(false);
        expect(holds(leaf, at, size, [...path, leaf])).toBe(false);
        if (size > 1) {
          const bent = path.map((step, place) => (place === nth % path.length ? flipped(step, flip) : step));
          expect(holds(leaf, at, size, bent)).toBe(false);
          expect(holds(leaf, at, size, path.slice(0, -1))).toBe(false);
          expect(holds(leaf, (at + 1) % size, size, path)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("a proof of consistency", () => {
  it("holds between any two trees up to 200", () => {
    for (let size = 1; size <= LARGEST; size++) {
      for (let earlier = 1; earlier <= size; earlier += size > 40 ? 13 : 1) {
        expect(isConsistent(tree(earlier), tree(size), consistencyPath(leaves.slice(0, size), earlier))).toBe(
          true,
        );
      }
    }
  });

  it("fails for any flipped bit and for a tree in which an earlier entry was changed", () => {
    fc.assert(
      fc.property(sizeAndPlace, fc.nat(LARGEST), bit, fc.nat(20), ({ size, at }, more, flip, nth) => {
        const earlier = at + 1;
        const path = consistencyPath(leaves.slice(0, size), earlier);
        const { root } = tree(size);
        expect(isConsistent(tree(earlier), { size, root: flipped(root, flip) }, path)).toBe(false);
        expect(
          isConsistent({ size: earlier, root: flipped(rootAt[earlier] ?? root, flip) }, tree(size), path),
        ).toBe(false);
        if (path.length > 0) {
          const bent = path.map((step, place) => (place === nth % path.length ? flipped(step, flip) : step));
          expect(isConsistent(tree(earlier), tree(size), bent)).toBe(false);
        }
        const changed = leaves.slice(0, size);
        changed[more % earlier] = flipped(leafAt(more % earlier), flip);
        expect(
          isConsistent(tree(earlier), { size, root: rootOf(changed) }, consistencyPath(changed, earlier)),
        ).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
