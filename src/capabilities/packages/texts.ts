import { type Catalogue, loadCatalogue } from "#platform/i18n/catalogue.ts";

/** Texts of reports and of their printing, in four languages. */
export const PACKAGE_TEXTS: Catalogue = loadCatalogue(new URL("./texts/", import.meta.url));
