import { describe, expect, it } from "vitest";
import { Problem } from "../problem.ts";
import { createLog } from "./log.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = "";
  write(
    createLog("test", "info", {
      write(line) {
        text += line;
      },
    }),
  );
  return text;
}

describe("createLog", () => {
  it("blanks secrets, also inside objects and inside addresses", () => {
    const text = logged((log) => {
      log.info(
        { password: "hunter2", request: { headers: { cookie: "hunter2" } }, user: { token: "hunter2" } },
        "in",
      );
      log.info("cannot reach postgresql://muster_app:hunter2@db.example/muster");
      log.error({ err: new Error("connect postgresql://muster_app:hunter2@db.example/muster") }, "failed");
    });
    expect(text).not.toContain("hunter2");
    expect(text).toContain("postgresql://muster_app:[secret]@db.example/muster");
  });

  it("keeps what a Problem notes for the log and drops the rows a database error carries", () => {
    const database = Object.assign(new Error("duplicate key value violates unique constraint"), {
      code: "23505",
      detail: "Key (value)=(victim@people.example) already exists.",
    });
    const text = logged((log) => {
      log.error(
        { err: new Problem("conflict", { code: "a.b", say: "No.", note: { id: 7 }, cause: database }) },
        "refused",
      );
    });
    expect(text).not.toContain("victim@people.example");
    expect(JSON.parse(text)).toMatchObject({
      level: "error",
      err: { kind: "conflict", code: "a.b", note: { id: 7 }, cause: { code: "23505" } },
    });
  });
});
