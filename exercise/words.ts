/** Every name here is invented for the exercise. */
export const FAMILIES = [
  "Brineworm",
  "Copperjay",
  "Duskfinch",
  "Gravelhook",
  "Marlinrat",
  "Saltlantern",
] as const;

export const BRANDS = [
  "Harbour Bank",
  "Island Post",
  "Lotus Pay",
  "Monsoon Mobile",
  "Pearl Airways",
] as const;

export const FIRST_WORDS = [
  "amber",
  "bamboo",
  "cedar",
  "delta",
  "ember",
  "fern",
  "garnet",
  "heron",
  "indigo",
  "jade",
  "kestrel",
  "linen",
  "maple",
  "nutmeg",
  "opal",
  "quartz",
  "reed",
  "saffron",
  "teak",
  "willow",
] as const;

export const SECOND_WORDS = [
  "anchor",
  "basket",
  "canopy",
  "drum",
  "engine",
  "ferry",
  "gate",
  "hill",
  "inlet",
  "junction",
  "kiln",
  "ladder",
  "market",
  "nursery",
  "orchard",
  "pier",
  "quarry",
  "river",
  "station",
  "temple",
] as const;

export const AGENCIES = [
  "archive",
  "customs",
  "education",
  "fisheries",
  "forestry",
  "health",
  "housing",
  "library",
  "licence",
  "planning",
  "statistics",
  "transport",
] as const;
