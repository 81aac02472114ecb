/** Letters of a host in normal form: a-z, 0-9, hyphen, underscore and the dot. */
const LETTERS = 39;

/**
 * Finds the longest suffix of a host name, reading backwards character by character through one flat array. It
 * allocates nothing and gives most hosts up after four or five letters, which maps of strings cannot:
 * intake asks it for each of a million rows.
 */
export class SuffixTrie {
  private nodes = new Int32Array(LETTERS * 1024);
  private nodeCount = 1;
  /** Value of the suffix that ends at a node, plus one; 0 = none. */
  private values = new Int32Array(1024);

  /** Adds a suffix in normal form (lower-case A-labels). A later one with the same spelling replaces it. */
  add(suffix: string, value: number): void {
    let node = 0;
    for (let at = suffix.length - 1; at >= 0; at--) {
      const letter = letterOf(suffix.charCodeAt(at));
      if (letter < 0) throw new RangeError(`"${suffix}" is not a host name in lower case`);
      const slot = node * LETTERS + letter;
      let next = this.nodes[slot] ?? 0;
      if (next === 0) {
        next = this.newNode();
        this.nodes[slot] = next;
      }
      node = next;
    }
    this.values[node] = value + 1;
  }

  /** Value of the longest suffix that equals the host or stands behind a dot in it; -1 when there is none. */
  find(host: string): number {
    const { nodes, values } = this;
    let node = 0;
    let found = -1;
    for (let at = host.length - 1; at >= 0; at--) {
      const letter = letterOf(host.charCodeAt(at));
      if (letter < 0) return found;
      node = nodes[node * LETTERS + letter] ?? 0;
      if (node === 0) return found;
      const value = values[node] ?? 0;
      if (value > 0 && (at === 0 || host.charCodeAt(at - 1) === 46)) found = value - 1;
    }
    return found;
  }

  private newNode(): number {
    if (this.nodeCount === this.values.length) {
      const nodes = new Int32Array(this.nodes.length * 2);
      nodes.set(this.nodes);
      this.nodes = nodes;
      const values = new Int32Array(this.values.length * 2);
      values.set(this.values);
      this.values = values;
    }
    return this.nodeCount++;
  }
}

function letterOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97;
  if (code === 46) return 38;
  if (code >= 48 && code <= 57) return code - 22;
  if (code === 45) return 36;
  return code === 95 ? 37 : -1;
}
