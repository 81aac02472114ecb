// Writes docs/settings.md; with --check only compares.
import { describeSettings } from "#platform/config/settings.ts";
import { writeOrCheck } from "./write-or-check.ts";

writeOrCheck("docs/settings.md", describeSettings());
