import { type Figure, type FigureObject, headOf } from "./figures.ts";

/** What was done in the operation, as far as figures about activity and participation need it. */
export interface Activity {
  /** Countries of the operation: invited and accepted. */
  readonly participants: readonly string[];
  /** Sources that handed in at least one delivery that was taken. */
  readonly contributors: readonly {
    readonly code: string;
    readonly kind: "partner" | "country" | "csirt";
    readonly country: string | null;
  }[];
  /** Reports issued, with the threats each holds. */
  readonly reports: readonly {
    readonly reference: string;
    readonly country: string;
    readonly threats: readonly string[];
  }[];
}

/** A6, A7, Q1, Q4: figures over acts rather than threats. */
export function countActivity(activity: Activity): Figure[] {
  const plain = (object: string, country: string | null): FigureObject => ({
    object,
    country,
    families: [],
    threats: [],
  });
  const shared = new Map<string, string>();
  for (const { country, threats } of activity.reports)
    for (const threat of threats) shared.set(threat, shared.get(threat) ?? country);
  return [
    headOf(
      {
        id: "A6",
        title: "Reports issued",
        follows: "C-12: distinct references; versions and translations do not add",
      },
      [...new Map(activity.reports.map((report) => [report.reference, report])).values()].map(
        ({ reference, country, threats }) => ({
          object: reference,
          country,
          families: [],
          threats,
        }),
      ),
    ),
    headOf(
      {
        id: "A7",
        title: "Intelligence items shared",
        follows: "C-1: distinct threats contained in at least one issued report",
      },
      [...shared]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([threat, country]) => ({ object: threat, country, families: [], threats: [threat] })),
    ),
    headOf(
      {
        id: "Q1",
        title: "Countries participating",
        follows: "C-11: accepted the invitation and submitted, answered or acted",
      },
      activity.participants
        .filter((country) =>
          activity.contributors.some((source) => source.kind === "country" && source.country === country),
        )
        .sort()
        .map((country) => plain(country, country)),
    ),
    headOf(
      {
        id: "Q4",
        title: "Private partners",
        follows: "distinct partners with at least one delivery that was taken",
      },
      activity.contributors.filter(({ kind }) => kind === "partner").map(({ code }) => plain(code, null)),
    ),
  ];
}

/** Q2: kept apart from Q1, because countries with findings need not participate (C-11). */
export function countFindings(countries: ReadonlySet<string>): Figure {
  return headOf(
    {
      id: "Q2",
      title: "Countries with findings",
      follows: "C-11: distinct countries responsible for at least one threat",
    },
    [...countries].sort().map((country) => ({ object: country, country, families: [], threats: [] })),
  );
}
