/**
 * Version of all counting rules (docs/counting-rules.md), liveness and normal forms included. Any change of meaning
 * makes a new one; figures stated before keep theirs.
 */
export const COUNTING_RULES = "muster-counting-1";
