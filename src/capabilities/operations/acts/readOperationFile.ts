import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "#platform/problem.ts";
import { OperationFile } from "../contract.ts";

/**
 * Reads and checks `FOLDER/operation.json`.
 * @throws Problem `invalid` that names the file, the place in it and the mend
 */
export async function readOperationFile(folder: string): Promise<OperationFile> {
  const path = join(folder, "operation.json");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new Problem("invalid", {
      code: "operations.no_operation_file",
      say: `${path} cannot be read (${error instanceof Error ? error.message : String(error)}). An operation folder needs an operation.json.`,
    });
  });
  return parseOperationFile(text, path);
}

/** The same for text already read; `path` is only named in errors. */
export function parseOperationFile(text: string, path: string): OperationFile {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Problem("invalid", {
      code: "operations.broken_operation_file",
      say: `${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
  const parsed = OperationFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  at ${placeOf(issue.path)}: ${issue.message}`);
  throw new Problem("invalid", {
    code: "operations.invalid_operation_file",
    say: `${path} does not say what an operation needs:\n${lines.join("\n")}`,
  });
}

function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the top level";
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}
