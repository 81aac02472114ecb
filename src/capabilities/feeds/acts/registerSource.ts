import type pg from "pg";
import type { Operation, SourceDeclaration, SourceStanding } from "#capabilities/operations/index.ts";
import { Problem } from "#platform/problem.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import { sourceCode } from "../model/source-code.ts";
import { findSource, insertSource, type Source, saltOfCodes } from "../queries.ts";

/**
 * Registers a source with its operation, or returns it when it is there already with the same standing.
 * @throws Problem `conflict` when it is there with another kind, country or rating: that is a correction, and a
 *   correction is an act of its own, not a side effect of a second run
 */
export async function registerSource(
  db: pg.ClientBase,
  operation: Operation,
  declared: SourceDeclaration,
): Promise<Source> {
  const known = await findSource(db, operation.id, declared.id);
  if (known !== null) {
    assertSame(known, declared);
    return known;
  }
  await insertSource(db, {
    operation: operation.id,
    externalId: declared.id,
    code: sourceCode(await saltOfCodes(db, operation.id), operation.code, declared.id),
    name: declared.name,
    kind: declared.kind,
    country: declared.country ?? null,
    reliability: declared.reliability,
    credibility: declared.credibility,
    standing: standingOf(declared),
  });
  const source = await findSource(db, operation.id, declared.id);
  if (source === null) {
    // One in a billion for any two sources; a code chosen by looking at the others would tell of them.
    throw new Problem("conflict", {
      code: "feeds.code_taken",
      say: `The code that follows from "${declared.id}" is another source's. Choose another id.`,
    });
  }
  assertSame(source, declared); // somebody else may have registered it just now
  return source;
}

function standingOf({
  mayBeNamed,
  tlp,
  pap,
  handling,
  releasableTo,
  expires,
}: SourceDeclaration): SourceStanding {
  return {
    mayBeNamed,
    ...(tlp === undefined ? {} : { tlp }),
    ...(pap === undefined ? {} : { pap }),
    ...(handling === undefined ? {} : { handling }),
    ...(releasableTo === undefined ? {} : { releasableTo }),
    ...(expires === undefined ? {} : { expires }),
  };
}

function assertSame(known: Source, declared: SourceDeclaration): void {
  const differs =
    known.name !== declared.name ||
    known.kind !== declared.kind ||
    known.country !== (declared.country ?? null) ||
    known.reliability !== declared.reliability ||
    known.credibility !== declared.credibility ||
    canonicalJson(known.standing) !== canonicalJson(standingOf(declared));
  if (!differs) return;
  throw new Problem("conflict", {
    code: "feeds.source_changed",
    say: `Source "${declared.id}" was registered before with another name, kind, country, rating or marking. Use another id, or the same standing; a single delivery may state its own marking.`,
  });
}
