import { readdirSync, readFileSync } from "node:fs";

/** Peak of the proportional set size of this process and all the embedded server's, sampled ten times a second. */
export function peakMemory(): { restart(): void; megabytes(): number; stop(): void } {
  let peak = 0;
  const sample = () => {
    let kilobytes = 0;
    for (const pid of readdirSync("/proc"))
      if (/^\d+$/.test(pid) && isOurs(pid)) kilobytes += proportionalSetSize(pid);
    peak = Math.max(peak, kilobytes / 1024);
  };
  const timer = setInterval(sample, 100);
  return {
    restart: () => {
      peak = 0;
    },
    megabytes: () => peak,
    stop: () => clearInterval(timer),
  };
}

function isOurs(pid: string): boolean {
  if (pid === String(process.pid)) return true;
  return (
    read(`/proc/${pid}/cmdline`).includes("postgres") || read(`/proc/${pid}/comm`).startsWith("postgres")
  );
}

function proportionalSetSize(pid: string): number {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // the process has ended meanwhile, or is another user's
  }
}
