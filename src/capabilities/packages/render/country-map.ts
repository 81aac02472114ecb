import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  type GeoPath,
  geoArea,
  geoAzimuthalEqualArea,
  geoCentroid,
  geoDistance,
  geoGraticule10,
  geoPath,
} from "d3-geo";
import type { Feature, MultiPolygon, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { countryOfShape, pointWithoutShape } from "#reference/countries/world-map.ts";

type Shape = Feature<Polygon | MultiPolygon>;

interface CountryShape {
  readonly country: string | null;
  readonly shape: Shape;
}

const WIDTH = 760;
const HEIGHT = 330;
const SEA = "#eef2f6";
const LAND = "#cfd8e1";
const BORDER = "#ffffff";
const HIGHLIGHT = "#1f4e79";
/** No map is closer than this, in radians from its middle: a small country needs its region around it. */
const LEAST_RADIUS = 0.2;
const GREATEST_RADIUS = 1.1;

let world: readonly CountryShape[] | null = null;
const drawn = new Map<string, string | null>();

/**
 * A map of the region with one country highlighted, as SVG; null for a code that no map knows. Names and borders of
 * disputed areas are not written on it; the border note stands beside it. Drawn once per country and kept.
 */
export function countryMap(country: string): string | null {
  const known = drawn.get(country);
  if (known !== undefined) return known;
  const svg = drawMap(country);
  drawn.set(country, svg);
  return svg;
}

function drawMap(country: string): string | null {
  world ??= readWorld();
  const own = world.filter((entry) => entry.country === country);
  const point = pointWithoutShape(country);
  const main = own.length > 0 ? largestPart(own.map((entry) => entry.shape)) : null;
  if (!main && !point) return null;
  const middle: [number, number] = main ? geoCentroid(main) : [point?.[0] ?? 0, point?.[1] ?? 0];
  const radius = main
    ? Math.min(GREATEST_RADIUS, Math.max(LEAST_RADIUS, radiusOf(main, middle) * 2.1))
    : LEAST_RADIUS;
  const projection = geoAzimuthalEqualArea()
    .rotate([-middle[0], -middle[1]])
    .translate([WIDTH / 2, HEIGHT / 2])
    .scale(HEIGHT / (2 * 2 * Math.sin(radius / 2)))
    .clipAngle(Math.min(178, (radius * 180 * 3) / Math.PI))
    .clipExtent([
      [0, 0],
      [WIDTH, HEIGHT],
    ]);
  const path = geoPath(projection).digits(1);
  const mark = markOf(main, middle, projection(middle), path);
  return svgOf(path, country, mark);
}

function svgOf(path: GeoPath, country: string, mark: string): string {
  const others = (world ?? []).filter((entry) => entry.country !== country);
  const own = (world ?? []).filter((entry) => entry.country === country);
  const shapes = (list: readonly CountryShape[], fill: string, line: string) =>
    list
      .map((entry) => path(entry.shape))
      .filter((outline) => outline !== null && outline !== "")
      .map((outline) => `<path d="${outline}" fill="${fill}" stroke="${line}" stroke-width="0.7"/>`)
      .join("");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${SEA}"/>` +
    `<path d="${path(geoGraticule10()) ?? ""}" fill="none" stroke="#dde5ec" stroke-width="0.6"/>` +
    shapes(others, LAND, BORDER) +
    shapes(own, HIGHLIGHT, HIGHLIGHT) +
    `${mark}</svg>`
  );
}

/** A ring where the country is too small to be seen, or has no shape of its own. */
function markOf(
  main: Shape | null,
  middle: [number, number],
  at: [number, number] | null,
  path: GeoPath,
): string {
  if (!at || (main && path.area(main) > 60)) return "";
  const dot =
    main && geoArea(main) > 0 && radiusOf(main, middle) > 0.002
      ? ""
      : `<circle cx="${at[0].toFixed(1)}" cy="${at[1].toFixed(1)}" r="3" fill="${HIGHLIGHT}"/>`;
  return `${dot}<circle cx="${at[0].toFixed(1)}" cy="${at[1].toFixed(1)}" r="14" fill="none" stroke="${HIGHLIGHT}" stroke-width="2.5"/>`;
}

function readWorld(): CountryShape[] {
  const file = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
  // The file is part of a pinned package; its shape is what its type says, or the first drawing fails in the tests.
  const topology = JSON.parse(readFileSync(file, "utf8")) as Topology<{
    countries: GeometryCollection<{ name: string }>;
  }>;
  return feature(topology, topology.objects.countries).features.flatMap((shape) =>
    shape.geometry.type === "Polygon" || shape.geometry.type === "MultiPolygon"
      ? [
          {
            country: countryOfShape(shape.id, shape.properties.name),
            shape: { ...shape, geometry: shape.geometry },
          },
        ]
      : [],
  );
}

/** Overseas parts would pull the map across an ocean; the largest part of the country is what the map shows. */
function largestPart(shapes: readonly Shape[]): Shape | null {
  const parts = shapes.flatMap(({ geometry }): Shape[] =>
    (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map((coordinates) => ({
      type: "Feature",
      properties: null,
      geometry: { type: "Polygon", coordinates },
    })),
  );
  return parts.toSorted((a, b) => geoArea(b) - geoArea(a))[0] ?? null;
}

/** Greatest distance of the outline from the middle, in radians. */
function radiusOf(shape: Shape, middle: [number, number]): number {
  const rings =
    shape.geometry.type === "Polygon" ? shape.geometry.coordinates : shape.geometry.coordinates.flat();
  let greatest = 0;
  for (const [longitude, latitude] of rings[0] ?? []) {
    if (longitude === undefined || latitude === undefined) continue;
    greatest = Math.max(greatest, geoDistance(middle, [longitude, latitude]));
  }
  return greatest;
}
