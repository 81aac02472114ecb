import { readdirSync, readFileSync } from "node:fs";

/** The server whose processes are counted beside this one: they all carry the cluster's name. */
let clusterName = "no server yet";

export function watchServer(name: string): void {
  clusterName = name;
}

/** Peak of the proportional set size of this process and all of the server's, sampled once a second. */
export function peakMemory(): { restart(): void; megabytes(): number; stop(): void } {
  let peak = 0;
  const sample = () => {
    let kilobytes = 0;
    for (const pid of readdirSync("/proc"))
      if (/^\d+$/.test(pid) && isOurs(pid)) kilobytes += proportionalSetSize(pid);
    peak = Math.max(peak, kilobytes / 1024);
  };
  // Once a second: summing up page tables takes milliseconds per process, and would be measured with the rest.
  const timer = setInterval(sample, 1000);
  return {
    restart: () => {
      peak = 0;
    },
    megabytes: () => peak,
    stop: () => clearInterval(timer),
  };
}

/**
 * CPU seconds of the server's processes so far. A backend that ends leaves its count with the postmaster, as time of
 * its children.
 */
export function serverCpuSeconds(): number {
  let ticks = 0;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || !read(`/proc/${pid}/cmdline`).includes(clusterName)) continue;
    // Behind the name in brackets: state is field 3, utime, stime, cutime and cstime are 14 to 17.
    const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / CLOCK_TICKS;
}

/** USER_HZ, 100 on every Linux that Node runs on. */
const CLOCK_TICKS = 100;

function isOurs(pid: string): boolean {
  return pid === String(process.pid) || read(`/proc/${pid}/cmdline`).includes(clusterName);
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
