import type { Liveness } from "#capabilities/threats/index.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import type { Duty, ThreatRole } from "#standards/threat-role.ts";
import type { Tlp } from "#standards/tlp.ts";
import type { PermittedAction, RecommendedAction } from "./recommended-actions.ts";

/** Languages a report can be written in: the four official ones. */
export type ReportLanguage = "en" | "fr" | "es" | "ar";

/**
 * A Cyber Activity Report: what one country may know about the threats of one role on its soil, and what is asked of
 * it. JSON-able; the five files of a package say what stands here and nothing else. Instants are ISO 8601 in UTC,
 * days are YYYY-MM-DD.
 */
export interface ReportContent {
  readonly schema: "muster/cyber-activity-report/1";
  /** Version of the counting rules behind the figures. */
  readonly rules: string;
  /** Such as `MST-EXERCISE-ID-C2-001`. */
  readonly reference: string;
  readonly version: number;
  readonly title: string;
  readonly operation: ReportOperation;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly countryName: string;
  readonly language: ReportLanguage;
  readonly subject: { readonly role: ThreatRole; readonly duty: Duty; readonly rsit: string };
  readonly asOf: string;
  /** A threat is active when it was last seen within these days before `asOf` and no later check was negative (C-5). */
  readonly activeWindowDays: number;
  readonly marking: ReportMarking;
  readonly keyFigures: KeyFigures;
  readonly threats: readonly ReportThreat[];
  readonly sources: readonly ReportSource[];
  readonly actions: readonly RecommendedAction[];
  readonly permittedActions: PermittedAction;
  readonly desk: ReportDesk;
  readonly feedbackDue: string;
  readonly evidentialStatus: string;
  readonly conditions: readonly string[];
  readonly borderNote: string;
}

export interface ReportOperation {
  readonly id: string;
  readonly name: string;
  /** Days. */
  readonly from: string;
  readonly to: string;
  readonly purpose: string;
  readonly legalBasis: string;
}

/** Who answers questions about the report, as the operation gives it. */
export interface ReportDesk {
  readonly name: string;
  /** Telephone, address, anything to reach it by; absent while the operation has not said. */
  readonly contact?: string | undefined;
}

export interface ReportMarking {
  readonly tlp: Tlp;
  readonly pap: string | null;
  /** Handling codes H0 to H3, sorted. */
  readonly codes: readonly string[];
}

/** All figures count the threats of this report and nothing else; the breakdown by family may add up to more. */
export interface KeyFigures {
  readonly threats: number;
  readonly byType: Readonly<Partial<Record<ObservableType, number>>>;
  readonly byLiveness: Readonly<Record<Liveness, number>>;
  /** Families with their threats, largest first. A threat of two families is listed under both. */
  readonly byFamily: readonly { readonly family: string; readonly threats: number }[];
  readonly withoutFamily: number;
  /** Distinct host names under a government suffix or list, `www.` not counted apart (C-4). */
  readonly governmentPortals: number;
  /** Distinct hosts, `www.` not counted apart (C-4). */
  readonly hosts: number;
  readonly sharedInfrastructure: number;
  readonly disputed: number;
  /** What decided for this country, most frequent first. A threat may rest on several. */
  readonly byBasis: readonly { readonly basis: string; readonly threats: number }[];
}

export interface ReportThreat {
  readonly type: ObservableType;
  readonly value: string;
  readonly host: string | null;
  readonly families: readonly string[];
  readonly ports: readonly number[];
  readonly targets: readonly string[];
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly liveness: Liveness;
  /** Why this country. */
  readonly basis: readonly string[];
  /** Other countries responsible for the same thing, as this reader may know them. */
  readonly otherCountries: readonly string[];
  readonly disagreements: readonly string[];
  readonly government: { readonly suffix: string; readonly level: string | null } | null;
  readonly sharedInfrastructure: string | null;
  /** Codes, into `sources`. */
  readonly sources: readonly string[];
  readonly origins: number;
  readonly assertions: number;
  readonly confidence: number | null;
  readonly marking: ReportMarking;
}

export interface ReportSource {
  readonly code: string;
  /** Only where the source may be named. */
  readonly name: string | null;
  /** Admiralty reliability and credibility, rated apart; one source may have several ratings. */
  readonly ratings: readonly string[];
  readonly threats: number;
}
