import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseOperationFile, readOperationFile } from "./readOperationFile.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-operation-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = {
  id: "partner-1",
  name: "Example Partner",
  kind: "partner",
  reliability: "B",
  credibility: 2,
  mayBeNamed: false,
  deliveries: [{ file: "list.csv" }],
};
const operation = {
  id: "harbour",
  name: "Operation Harbour",
  from: "2026-09-01",
  to: "2026-11-30",
  mode: "remote",
  purpose: "disruption",
  legalBasis: "a fictional agreement",
  countries: ["ID", "MY"],
  sources: [source],
};
const parse = (changes: object) =>
  parseOperationFile(JSON.stringify({ ...operation, ...changes }), "operation.json");

describe("readOperationFile", () => {
  it("reads a file as editors leave it, with a byte-order mark", async () => {
    writeFileSync(join(folder, "operation.json"), `\ufeff${JSON.stringify(operation)}`);
    await expect(readOperationFile(folder)).resolves.toMatchObject({
      id: "harbour",
      countries: ["ID", "MY"],
    });
  });

  it("names the file and the mend where there is none", async () => {
    await expect(readOperationFile(join(folder, "nowhere"))).rejects.toMatchObject({
      kind: "invalid",
      code: "operations.no_operation_file",
      say: expect.stringContaining(join(folder, "nowhere", "operation.json")),
    });
  });

  it("says of broken JSON that it is broken", () => {
    expect(() => parseOperationFile("{", "operation.json")).toThrow("operation.json is not valid JSON");
  });

  it("reads the old name of TLP:CLEAR and never keeps it", () => {
    expect(parse({ defaults: { tlp: "WHITE" } }).defaults).toEqual({ tlp: "CLEAR" });
  });

  it.each([
    ["an unknown key at the top", { colour: "red" }, /top level.*colour/s],
    ["an unknown key of a source", { sources: [{ ...source, tpl: "RED" }] }, /sources\[0\].*tpl/s],
    [
      "an unknown key of a delivery",
      { sources: [{ ...source, deliveries: [{ file: "a", rol: "c2" }] }] },
      /deliveries\[0\].*rol/s,
    ],
    ["a country spelt out", { countries: ["Indonesia"] }, /countries\[0\].*two capital letters/s],
    ["no country", { countries: [] }, /countries/],
    ["an end before the beginning", { to: "2026-08-31" }, /at to: the operation ends before it begins/],
    ["two sources of one id", { sources: [source, source] }, /at sources: two sources have the same id/],
    ["a day that is none", { from: "2026-02-30" }, /at from: a date is written/],
    ["a level that TLP does not know", { defaults: { tlp: "PINK" } }, /defaults\.tlp.*TLP 2\.0 knows/],
    [
      "the letter that is not in the Admiralty code",
      { sources: [{ ...source, reliability: "G" }] },
      /sources\[0\]\.reliability/,
    ],
    ["an id that is no file name", { id: "../harbour" }, /at id: an id has lower-case letters/],
    [
      "a role that is none",
      { sources: [{ ...source, deliveries: [{ file: "a", role: "boss" }] }] },
      /deliveries\[0\]\.role/,
    ],
  ])("refuses %s and names the place", (_what, changes, message) => {
    expect(() => parse(changes)).toThrow(message);
  });
});
