/** A stream of pseudo-random choices that is the same on every machine for the same seed. Not for secrets. */
export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  pickWeighted<T>(list: readonly { readonly item: T; readonly weight: number }[]): T;
  shuffle<T>(list: readonly T[]): T[];
  /** A UUID in the shape of version 4, so that validators of other products take it. */
  uuid(): string;
  /** An own stream for one purpose: a change in one part of the exercise leaves the other parts as they were. */
  fork(purpose: string): Random;
}

/** @param seed any text; equal seeds give equal streams */
export function seededRandom(seed: string): Random {
  let state = foldText(seed);
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[below(list.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  };
  return {
    below,
    pick,
    chance: (probability) => next() < probability,
    pickWeighted: (list) => {
      let mark = next() * list.reduce((sum, entry) => sum + entry.weight, 0);
      for (const entry of list) {
        mark -= entry.weight;
        if (mark < 0) return entry.item;
      }
      return pick(list).item;
    },
    shuffle: (list) => {
      const keyed = list.map((item) => ({ item, key: next() }));
      return keyed.sort((a, b) => a.key - b.key).map((entry) => entry.item);
    },
    uuid: () => {
      const hex = Array.from({ length: 32 }, () => below(16).toString(16)).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${pick(["8", "9", "a", "b"])}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    fork: (purpose) => seededRandom(`${seed}/${purpose}`),
  };
}

function foldText(text: string): number {
  let folded = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) folded = Math.imul(folded ^ text.charCodeAt(i), 0x01000193);
  return folded;
}
