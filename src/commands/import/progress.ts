// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A line on the terminal that shows how far the import is.
 * @module
 */
import { formatBytes, formatDuration } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";

/** The line is drawn no more often than this, in milliseconds. */
const STEP_MS = 100;
/** The time left is not known before. */
const FIRST_MS = 1000;
const BAR_CELLS = 20;
const CLEAR = "\r\x1b[K";

/** Shows the progress, if stderr is a terminal and --quiet is not set. */
export class Progress {
  readonly #run: Run;
  readonly #total: number;
  readonly #isShown: boolean;
  readonly #startMs = performance.now();
  #drawnMs = -Infinity;

  /** @param total Bytes of all transcripts. */
  constructor(total: number, run: Run) {
    this.#run = run;
    this.#total = total;
    this.#isShown = run.context.stderr.isTerminal() && !run.settings.isQuiet;
  }

  /** Shows the number of bytes that are done. */
  async show(bytes: number): Promise<void> {
    const now = performance.now();
    if (!this.#isShown || now - this.#drawnMs < STEP_MS) return;
    this.#drawnMs = now;
    const columns = this.#run.context.stderr.columns() ?? 80;
    const line = renderProgress({
      bytes,
      total: this.#total,
      elapsedMs: now - this.#startMs,
    });
    await this.#write(`${CLEAR}${line.slice(0, columns - 1)}`);
  }

  /** Removes the line. */
  async clear(): Promise<void> {
    if (this.#drawnMs > 0) await this.#write(CLEAR);
  }

  async #write(text: string): Promise<void> {
    await this.#run.context.stderr.write(new TextEncoder().encode(text));
  }
}

/** Renders the line: share, bar, sizes, rate, and the time that is left. */
function renderProgress({ bytes, total, elapsedMs }: {
  bytes: number;
  total: number;
  elapsedMs: number;
}): string {
  const share = total === 0 ? 1 : Math.min(1, bytes / total);
  const cells = Math.floor(share * BAR_CELLS);
  const bar = "#".repeat(cells) + "-".repeat(BAR_CELLS - cells);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  const sizes = `${formatBytes(bytes)} of ${formatBytes(total)}`;
  if (elapsedMs < FIRST_MS || bytes === 0) {
    return `${percent}% [${bar}] ${sizes}`;
  }
  const rate = formatBytes(Math.round(bytes / elapsedMs * 1000));
  const leftMs = Math.max(0, total - bytes) * elapsedMs / bytes;
  return `${percent}% [${bar}] ${sizes}, ${rate}/s, ${
    formatDuration(Math.ceil(leftMs / 1000) * 1000)
  } left`;
}
