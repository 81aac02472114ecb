import { countryName } from "#reference/countries/country-names.ts";
import type { RunResult } from "../run-operation.ts";

/** The result of a run: for people a short page, with --json the figures, deliveries and packages as one object. */
export function printRun(result: RunResult, out: string, json: boolean): void {
  if (json) {
    const figures = result.figures.figures.map(({ objects, ...figure }) => ({
      ...figure,
      objects: objects.length,
    }));
    process.stdout.write(
      `${JSON.stringify({ ...result.figures, figures, deliveries: result.deliveries, packages: result.packages, out }, null, 2)}\n`,
    );
    return;
  }
  const lines = [
    "",
    `${result.operation.name}, as of ${result.figures.asOf}`,
    "",
    ...deliveryLines(result),
    "",
    ...result.figures.figures.map(
      (figure) => `  ${String(figure.value).padStart(7)}  ${figure.title} (${figure.id})`,
    ),
    "",
    ...packageLines(result),
    "",
    `Figures, lists and packages: ${out}`,
    "Check a package: npx muster verify <package folder> --key signing-key.asc",
    "",
  ];
  process.stdout.write(lines.join("\n"));
}

function deliveryLines({ deliveries }: RunResult): string[] {
  const width = Math.max(...deliveries.map(({ source, file }) => source.length + file.length + 2), 20);
  return deliveries.map((delivery) => {
    const name = `${delivery.source}: ${delivery.file}`.padEnd(width + 1);
    if (delivery.state === "repeated") return `  ${name} the same file again: nothing to do`;
    if (delivery.state === "refused") return `  ${name} refused: ${delivery.refusal?.reason ?? ""}`;
    const refused = Object.entries(delivery.refused).map(([code, rows]) => `${rows} ${code}`);
    const counts = `${delivery.rows} rows: ${delivery.accepted} accepted, ${delivery.repeated} repeated`;
    return `  ${name} ${delivery.format ?? "?"}, ${counts}${refused.length === 0 ? "" : `, refused ${refused.join(", ")}`}`;
  });
}

function packageLines({ packages }: RunResult): string[] {
  const byCountry = Map.groupBy(packages, ({ country }) => country);
  return [
    `${packages.length} signed reports for ${byCountry.size} countries:`,
    ...[...byCountry].map(
      ([country, list]) =>
        `  ${country} ${countryName(country, "en")}: ${list.map(({ reference }) => reference).join(", ")}`,
    ),
  ];
}
