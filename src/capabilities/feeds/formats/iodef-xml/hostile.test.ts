import { describe, expect, it } from "vitest";
import { readSample } from "../../../../../test/support/read-part.ts";
import iodef from "./format.ts";

const document = (inside: string, before = "") =>
  Buffer.from(`<?xml version="1.0"?>${before}<IODEF-Document version="2.00">${inside}</IODEF-Document>`);
const code = async (bytes: Uint8Array) => (await readSample(iodef, bytes)).unreadable?.code;

describe("hostile XML", () => {
  it("with a document type is refused, entity bomb or not", async () => {
    const bomb = `<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`;
    expect(await code(document("<Incident>&b;</Incident>", bomb))).toBe("unsafe");
    const outside = `<!DOCTYPE d SYSTEM "http://dtd.example/x.dtd">`;
    expect(await code(document("<Incident/>", outside))).toBe("unsafe");
    expect(await code(document("<Incident/>", `<!DOCTYPE d [<!ENTITY a "${"x".repeat(200_000)}`))).toBe(
      "unsafe",
    );
  });

  it("with entities that nobody defined is broken", async () => {
    expect(await code(document("<Incident><Description>&b;</Description></Incident>"))).toBe("broken");
  });

  it("nested deep or endless in one tag is refused", async () => {
    expect(await code(document(`<Incident>${"<a>".repeat(1000)}`))).toBe("unsafe");
    expect(await code(document(`<Incident><Description>${"x".repeat(17_000_000)}`))).toBe("too-big");
  });
});
