import { describe, expect, it } from "vitest";
import { Problem } from "../problem.ts";
import { asProblem, isUnavailable, retryWhileUnavailable } from "./transaction.ts";

const coded = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

describe("isUnavailable", () => {
  it.each(["ECONNREFUSED", "ECONNRESET", "EPIPE", "57P01", "57P03", "08006"])("is true of %s", (code) => {
    expect(isUnavailable(coded(code))).toBe(true);
  });

  it("is true of a socket that is not there, false of a file that is not there", () => {
    expect(isUnavailable(coded("ENOENT", { syscall: "connect" }))).toBe(true);
    expect(isUnavailable(coded("ENOENT", { syscall: "open" }))).toBe(false);
  });

  it.each(["23505", "42P01", "40001", "ENOSPC"])("is false of %s", (code) => {
    expect(isUnavailable(coded(code))).toBe(false);
  });
});

describe("asProblem", () => {
  it("tells a full disk of the server from a lost connection, and leaves the rest alone", () => {
    expect(asProblem(coded("53100"))).toMatchObject({ kind: "unavailable", code: "postgres.disk_full" });
    expect(asProblem(coded("57P01"))).toMatchObject({
      kind: "unavailable",
      code: "postgres.connection_lost",
    });
    const refusal = new Problem("conflict", { code: "a.b", say: "No." });
    expect(asProblem(refusal)).toBe(refusal);
    const defect = coded("42P01");
    expect(asProblem(defect)).toBe(defect);
  });
});

describe("retryWhileUnavailable", () => {
  it("repeats while the database is away, and no longer than allowed", async () => {
    let tries = 0;
    const third = async () => {
      if (++tries < 3) throw coded("ECONNREFUSED");
      return tries;
    };
    expect(await retryWhileUnavailable(third, 5)).toBe(3);
    await expect(
      retryWhileUnavailable(() => Promise.reject(coded("ECONNREFUSED")), 0.1),
    ).rejects.toMatchObject({
      code: "postgres.connection_lost",
    });
  });

  it("does not repeat anything else", async () => {
    let tries = 0;
    const broken = async () => {
      tries++;
      throw coded("23505");
    };
    await expect(retryWhileUnavailable(broken, 5)).rejects.toMatchObject({ code: "23505" });
    expect(tries).toBe(1);
  });
});
