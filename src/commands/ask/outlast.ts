// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asking again that continues when a daemon stops and another starts.
 * @module
 */
import { NotRunningError, ProtocolError } from "../../client/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printNote } from "../shell/print.ts";

/** Options of {@linkcode Outlast}. */
export interface OutlastOptions {
  /** True: print no notes, because another part of the command does. */
  isQuiet?: boolean;
}

/**
 * Asks a daemon again and again, and waits while none is running. Does not start one, as that would
 * undo `kaizen stop`: the next hook or the user will.
 */
export class Outlast {
  readonly #run: Run;
  readonly #isQuiet: boolean;
  #lastFault: "none" | "broken" | "gone" = "none";

  constructor(
    { context, settings }: Run,
    { isQuiet = false }: OutlastOptions = {},
  ) {
    this.#isQuiet = isQuiet;
    this.#run = { context, settings: { ...settings, mayStart: false } };
  }

  /**
   * Runs work that needs a daemon. If none is running, prints a note once and returns.
   *
   * @returns The result of the work; null if it did not get to its end.
   * @throws What `work` throws. A protocol error is thrown only if it is the second in a row.
   */
  async try<T>(work: (run: Run) => Promise<T>): Promise<T | null> {
    try {
      const result = await work(this.#run);
      this.#lastFault = "none";
      return result;
    } catch (error) {
      if (error instanceof NotRunningError) {
        if (this.#lastFault !== "gone" && !this.#isQuiet) {
          await printNote(
            this.#run,
            "the daemon has stopped: waiting for another one",
          );
        }
        this.#lastFault = "gone";
      } else if (
        // A daemon that is stopping closes the connection.
        error instanceof ProtocolError && this.#lastFault === "none"
      ) this.#lastFault = "broken";
      else throw error;
      return null;
    }
  }
}
