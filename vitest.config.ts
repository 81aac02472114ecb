import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["{src,test,exercise,scripts}/**/*.test.ts"],
    // Processes, not threads: tests kill, fill disks and change the working folder.
    pool: "forks",
    // The embedded server of the run needs a core as well.
    maxWorkers: 2,
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
