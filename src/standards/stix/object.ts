/** Any STIX 2.1 object. Property names stay as the standard spells them. */
export interface StixObject {
  readonly type: string;
  readonly id: string;
  readonly [property: string]: unknown;
}

export interface StixBundle {
  readonly type: "bundle";
  readonly id: string;
  readonly objects: readonly StixObject[];
}

/** STIX timestamp: UTC with milliseconds. `instant` is milliseconds since the epoch. */
export function stixTimestamp(instant: number): string {
  return new Date(instant).toISOString();
}

/** A bundle as text: one object per line, so that two versions can be compared with line tools. */
export function bundleText(bundle: StixBundle): string {
  const lines = bundle.objects.map((object) => JSON.stringify(object));
  return `{"type":"bundle","id":${JSON.stringify(bundle.id)},"objects":[\n${lines.join(",\n")}\n]}\n`;
}
