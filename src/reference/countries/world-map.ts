import { findCountry } from "./countries.ts";

/**
 * Shapes of `world-atlas` countries-50m.json that carry no ISO number, by the name they carry. Which country a
 * disputed shape is coloured with is a drawing convention of this table, covered by the border note; null = land without figures.
 */
const SHAPES_WITHOUT_NUMBER: Readonly<Record<string, string | null>> = {
  Kosovo: "XK",
  Somaliland: "SO",
  "N. Cyprus": "CY",
  "Indian Ocean Ter.": null,
  "Siachen Glacier": null,
};

/**
 * Countries that have no shape of their own on that map, because they are drawn inside another state or are too
 * small: [longitude, latitude] in degrees, rounded to a quarter of a degree, so that their figures are not lost.
 */
const POINTS: Readonly<Record<string, readonly [number, number]>> = {
  BQ: [-68.25, 12.25],
  BV: [3.5, -54.5],
  CC: [96.75, -12.25],
  CX: [105.75, -10.5],
  GF: [-53, 4],
  GI: [-5.25, 36.25],
  GP: [-61.5, 16.25],
  MQ: [-61, 14.75],
  RE: [55.5, -21],
  SJ: [16, 78.5],
  TK: [-171.75, -9.25],
  TV: [179.25, -8.5],
  UM: [-176.5, 0.25],
  YT: [45.25, -12.75],
};

/** Country (alpha-2) of a shape of the world map, by its ISO number, else by its name; null for shapes of nobody. */
export function countryOfShape(id: string | number | undefined, name: string): string | null {
  if (id === undefined) return SHAPES_WITHOUT_NUMBER[name] ?? null;
  return findCountry(String(id).padStart(3, "0"))?.code ?? null;
}

/** Where to put the mark of a country that has no shape, as [longitude, latitude]; null when it has one. */
export function pointWithoutShape(country: string): readonly [number, number] | null {
  return POINTS[country] ?? null;
}
