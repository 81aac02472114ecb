// Writes docs/counting-rules.md from the rules in the code; with --check only compares.
import { countActivity, countFindings } from "#capabilities/outcomes/model/activity.ts";
import { THREAT_RULES } from "#capabilities/outcomes/model/rules.ts";
import { COUNTING_RULES, LIVENESS_WINDOW_DAYS } from "#capabilities/threats/index.ts";
import { writeOrCheck } from "./write-or-check.ts";

/** Figures over acts are stated with their heads, so a count over nothing tells what they are. */
const acts = [
  ...countActivity({ participants: [], contributors: [], reports: [] }),
  countFindings(new Set()),
];
const rows = [...THREAT_RULES, ...acts].map(({ id, title, follows }) => `| ${id} | ${title} | ${follows} |`);
const windows = Object.entries(LIVENESS_WINDOW_DAYS).map(([role, days]) => `| ${role} | ${days} |`);

writeOrCheck(
  "docs/counting-rules.md",
  `# Counting rules

Version \`${COUNTING_RULES}\`. This page is made from \`src/capabilities/outcomes/model/\` and
\`src/capabilities/threats/model/liveness.ts\`; any change of meaning makes a new version, and figures stated before keep
theirs.

A figure counts distinct **objects**, never rows and never reports of the same thing. It carries the version of the rules, the
instant, the reader, a qualifier, the objects counted and a hash of every assertion and table it rests on: the same inputs give
the same value for ever. Numbers of countries are never summed into a total, because one object may concern two.

| Figure | What it counts | Rule |
|---|---|---|
${rows.join("\n")}

## Liveness (C-5)

A threat is **active** at an instant when somebody saw it working within the window of its role before that instant and nobody
found it gone since; **inactive** when the last dated word is a check that found it gone, or the source's own validity has
ended; **stale** when it was seen working, but longer ago than the window; **unknown** when nothing dated is known.
What is dated after the instant does not count.

| Role | Window in days |
|---|---|
${windows.join("\n")}
`,
);
