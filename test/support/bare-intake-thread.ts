import { readInThread } from "../../src/capabilities/threats/index.ts";

// The parse thread without public tables, where a test is not about countries: it starts in half the time.
const facts = { country: null, basis: 0, flags: 0, refusal: null };
await readInThread(() => () => facts);
