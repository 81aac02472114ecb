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
type Land = MultiPolygon;

/** Where the map looks, and how far, in radians. */
interface View {
  readonly middle: [number, number];
  readonly sight: number;
}

interface CountryShape {
  readonly country: string | null;
  readonly shape: Shape;
  readonly middle: [number, number];
  /** Greatest distance of the outline from the middle, in radians. */
  readonly radius: number;
}

const WIDTH = 760;
const HEIGHT = 296;
const SEA = "#eef2f6";
const LAND = "#cfd8e1";
const BORDER = "#ffffff";
const HIGHLIGHT = "#1f4e79";
/** The country fills this part of the picture at most; the rest is its region. */
const FRAME: [[number, number], [number, number]] = [
  [90, 36],
  [WIDTH - 90, HEIGHT - 36],
];
/** No map is closer than this (pixels per radian): a small country needs its region around it. */
const CLOSEST_SCALE = 750;
/** About 2,900 km: islands of an archipelago belong together, overseas territories do not. */
const NEAR_RADIANS = 0.45;
const GRATICULE = geoGraticule10();
const DEGREE = Math.PI / 180;
const THINNING_PIXELS = 1.2;
/** Square pixels. */
const SMALLEST_VISIBLE = 60;

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
  const land = own.length > 0 ? mainLand(own.map((entry) => entry.shape)) : null;
  if (!land && !point) return null;
  const middle: [number, number] = land ? geoCentroid(land) : [point?.[0] ?? 0, point?.[1] ?? 0];
  const projection = geoAzimuthalEqualArea().rotate([-middle[0], -middle[1]]);
  if (land) projection.fitExtent(FRAME, land);
  if (!land || projection.scale() > CLOSEST_SCALE) {
    projection.scale(CLOSEST_SCALE).translate([WIDTH / 2, HEIGHT / 2]);
  }
  // Azimuthal: what is farther from the middle than the corner of the picture cannot be seen.
  const corner = Math.hypot(WIDTH, HEIGHT) / 2 + 120;
  const sight = 2 * Math.asin(Math.min(0.95, corner / (2 * projection.scale())));
  projection.clipAngle(sight / DEGREE).clipExtent([
    [-2, -2],
    [WIDTH + 2, HEIGHT + 2],
  ]);
  const path = geoPath(projection).digits(1);
  return svgOf(path, country, { middle, sight }, markOf(land, projection(middle), path));
}

function svgOf(path: GeoPath, country: string, view: View, mark: string): string {
  const near = (world ?? []).filter(
    (entry) => geoDistance(view.middle, entry.middle) - entry.radius < view.sight,
  );
  const shapes = (list: readonly CountryShape[], fill: string, line: string) =>
    list
      .map((entry) => thinned(path(entry.shape) ?? ""))
      .filter((outline) => outline !== "")
      .map((outline) => `<path d="${outline}" fill="${fill}" stroke="${line}" stroke-width="0.7"/>`)
      .join("");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${SEA}"/>` +
    `<path d="${path(GRATICULE) ?? ""}" fill="none" stroke="#dde5ec" stroke-width="0.6"/>` +
    shapes(
      near.filter((entry) => entry.country !== country),
      LAND,
      BORDER,
    ) +
    shapes(
      near.filter((entry) => entry.country === country),
      HIGHLIGHT,
      HIGHLIGHT,
    ) +
    `${mark}</svg>`
  );
}

/**
 * An outline without the points that lie within a pixel of the last one kept: coasts are drawn in far finer steps than
 * a printed map shows, and every point costs time and bytes in each PDF. Rings of fewer than three points vanish.
 */
function thinned(outline: string): string {
  let result = "";
  for (const ring of outline.split("Z")) {
    const points = ring.replace("M", "").split("L");
    let [x, y] = [Number.NEGATIVE_INFINITY, 0];
    const kept = points.filter((point) => {
      const comma = point.indexOf(",");
      const [px, py] = [Number(point.slice(0, comma)), Number(point.slice(comma + 1))];
      if (Math.abs(px - x) + Math.abs(py - y) < THINNING_PIXELS) return false;
      [x, y] = [px, py];
      return true;
    });
    if (kept.length > 2) result += `M${kept.join("L")}Z`;
  }
  return result;
}

/** A ring, with a dot where there is no shape, for a country too small to be seen. */
function markOf(land: Land | null, at: [number, number] | null, path: GeoPath): string {
  if (!at || (land && path.area(land) > SMALLEST_VISIBLE)) return "";
  const centre = `cx="${at[0].toFixed(1)}" cy="${at[1].toFixed(1)}"`;
  const dot = land ? "" : `<circle ${centre} r="3" fill="${HIGHLIGHT}"/>`;
  return `${dot}<circle ${centre} r="14" fill="none" stroke="${HIGHLIGHT}" stroke-width="2.5"/>`;
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
          countryShape(countryOfShape(shape.id, shape.properties.name), {
            ...shape,
            geometry: shape.geometry,
          }),
        ]
      : [],
  );
}

function countryShape(country: string | null, shape: Shape): CountryShape {
  const middle = geoCentroid(shape);
  const rings =
    shape.geometry.type === "Polygon" ? shape.geometry.coordinates : shape.geometry.coordinates.flat();
  let radius = 0;
  for (const ring of rings) {
    // Every tenth point is enough to know whether a shape can come near the picture; the margin covers the rest.
    for (let index = 0; index < ring.length; index += 10) {
      const [longitude, latitude] = ring[index] ?? [];
      if (longitude === undefined || latitude === undefined) continue;
      radius = Math.max(radius, geoDistance(middle, [longitude, latitude]));
    }
  }
  return { country, shape, middle, radius: radius + 0.02 };
}

/**
 * The parts of a country that the map is fitted to: the largest one and what lies near it. Overseas parts would pull
 * the map across an ocean.
 */
function mainLand(shapes: readonly Shape[]): Land | null {
  const polygons = shapes.flatMap(({ geometry }) =>
    geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates,
  );
  const parts = polygons.map((coordinates): Land => ({ type: "MultiPolygon", coordinates: [coordinates] }));
  const largest = parts.toSorted((a, b) => geoArea(b) - geoArea(a))[0];
  if (!largest) return null;
  const middle = geoCentroid(largest);
  const near = parts.filter((part) => geoDistance(middle, geoCentroid(part)) < NEAR_RADIANS);
  return { type: "MultiPolygon", coordinates: near.flatMap((part) => part.coordinates) };
}
