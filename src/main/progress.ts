import { SingleBar } from "cli-progress";

/** How a long command tells where it is: bars and notes on a terminal, plain lines elsewhere, nothing with --json. */
export interface Progress {
  step(text: string): void;
  note(text: string): void;
  count(text: string, done: number, total: number, detail: string): void;
  end(): void;
}

/** Everything goes to standard error: standard output belongs to the result. */
export function showProgress(quiet: boolean): Progress {
  if (quiet) return { step() {}, note() {}, count() {}, end() {} };
  return process.stderr.isTTY ? bars() : lines();
}

function bars(): Progress {
  let bar: SingleBar | null = null;
  let title = "";
  const end = () => {
    bar?.stop();
    bar = null;
    title = "";
  };
  return {
    step(text) {
      end();
      process.stderr.write(`${text}\n`);
    },
    note(text) {
      end();
      process.stderr.write(`  ${text}\n`);
    },
    count(text, done, total, detail) {
      if (text !== title) {
        end();
        title = text;
        bar = new SingleBar({
          format: `${text} [{bar}] {value}/{total}  {detail}`,
          hideCursor: true,
          stream: process.stderr,
        });
        bar.start(total, done, { detail });
      }
      bar?.setTotal(total);
      bar?.update(done, { detail });
    },
    end,
  };
}

/** Off a terminal a bar would fill a log with repetitions: one line when a step begins and one when it is through. */
function lines(): Progress {
  let last = "";
  const say = (text: string) => {
    if (text !== last) process.stderr.write(`${text}\n`);
    last = text;
  };
  return {
    step: say,
    note: (text) => process.stderr.write(`  ${text}\n`),
    count(text, done, total, detail) {
      if (done === total && total > 0) say(`${text}: ${total}, ${detail}`);
    },
    end() {},
  };
}
