import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareWithTruth } from "./check.ts";
import { generateExercise } from "./generate.ts";
import { readRoughly } from "./read-roughly.ts";
import type { ExerciseTruth } from "./truth.ts";

let folder: string;
let truth: ExerciseTruth;
let threatsCsv: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-check-"));
  truth = await generateExercise(folder, { scale: 0.05 });
  threatsCsv = threatsAsARunWritesThem(await readRoughly(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * A `threats.csv` that adds up: every planted thing once. Which server lies in which country and which threat is
 * active is dealt out until the known numbers are reached, for the comparison counts and does not look up.
 */
function threatsAsARunWritesThem(claims: readonly { role: string; value: string }[]): string {
  const active = dealer(truth.activeByRole);
  const countries = dealer(truth.c2.byCountry);
  const lines = [...new Set(claims.map((claim) => `${claim.role} ${claim.value}`))].map((key) => {
    const [role = "", value = ""] = key.split(" ");
    const name = value.includes(".example");
    const type = value.includes("://")
      ? "url"
      : name
        ? "domain-name"
        : value.includes(":")
          ? "ipv6-addr"
          : "ipv4-addr";
    const named = /\.([a-z]{2})\.example/.exec(value)?.[1]?.toUpperCase() ?? "";
    const country = name ? named : role === "c2" ? countries.next() : "SG";
    const government = /\.(go|gov|mil|mi|desa)\.[a-z]{2}\.example/.test(value) ? "yes" : "";
    const liveness = active.take(role) ? "active" : "stale";
    return `${type},${value},${role},,${country},${government},,,,,,${liveness}`;
  });
  return [HEADER, ...lines].join("\n");
}

const HEADER =
  "type,value,role,families,countries,government,shared_infrastructure,sources,origins,first_seen,last_seen,liveness";

function dealer(counts: Readonly<Record<string, number>>) {
  const left = new Map(Object.entries(counts));
  const take = (name: string): boolean => {
    const count = left.get(name) ?? 0;
    left.set(name, count - 1);
    return count > 0;
  };
  return { take, next: () => [...left.keys()].find((name) => (left.get(name) ?? 0) > 0 && take(name)) ?? "" };
}

function figuresAsARunWritesThem(
  change: (figures: ReturnType<typeof plainFigures>) => void = () => {},
): string {
  const figures = plainFigures();
  change(figures);
  return JSON.stringify(figures);
}

function plainFigures() {
  return {
    figures: truth.figures.map((figure) => ({ ...figure, title: figure.id })),
    deliveries: truth.deliveries.map((delivery) => ({ ...delivery, format: "any" })),
  };
}

describe("compareWithTruth", () => {
  it("finds nothing to object to in a run that is right", () => {
    const lines = compareWithTruth(figuresAsARunWritesThem(), threatsCsv, truth);
    expect(lines.filter((line) => !line.ok)).toEqual([]);
    expect(lines.length).toBeGreaterThan(truth.figures.length + truth.deliveries.length);
  });

  it("says a figure in words a reader understands", () => {
    const [first] = compareWithTruth(figuresAsARunWritesThem(), threatsCsv, truth);
    const servers = truth.c2.servers.toLocaleString("en-GB");
    expect(first).toEqual({ line: `${servers} C2 servers: ${servers}, as known`, ok: true });
  });

  it("objects to a figure that is one too many, and to a missing one", () => {
    const wrong = figuresAsARunWritesThem((run) => {
      run.figures = run.figures
        .filter((figure) => figure.id !== "A6")
        .map((figure) => (figure.id === "I1" ? { ...figure, value: figure.value + 1 } : figure));
    });
    const objections = compareWithTruth(wrong, threatsCsv, truth).filter((line) => !line.ok);
    expect(objections.map((line) => line.line).join("\n")).toMatch(
      /C2 servers: .* NOT as known[\s\S]*no figure A6/,
    );
  });

  it("objects to a list that lacks a server even when the figure is right", () => {
    const lines = threatsCsv.split("\n");
    const server = lines.findIndex((line) => line.includes(",c2,") && line.startsWith("ipv4"));
    const without = lines.toSpliced(server, 1).join("\n");
    const objections = compareWithTruth(figuresAsARunWritesThem(), without, truth).filter((line) => !line.ok);
    expect(objections.map((line) => line.line).join("\n")).toContain("C2 servers in the list");
  });

  it("names the delivery and the code where a row was refused for another reason", () => {
    const wrong = figuresAsARunWritesThem((run) => {
      run.deliveries = run.deliveries.map((delivery) =>
        delivery.source === "partner-b"
          ? { ...delivery, refused: { ...delivery.refused, withdrawn: 0 } }
          : delivery,
      );
    });
    const objections = compareWithTruth(wrong, threatsCsv, truth).filter(
      (line) => !line.ok && line.line.startsWith("partner-b"),
    );
    expect(objections[0]?.line).toMatch(
      /harbour\/research-bundle\.json: NOT as known \(withdrawn \d+ known, 0 found\)/,
    );
  });
});
