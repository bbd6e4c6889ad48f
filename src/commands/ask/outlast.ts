// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asking again and again, longer than one daemon lives.
 * @module
 */
import { NotRunningError, ProtocolError } from "../../client/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printNote } from "../shell/print.ts";

/**
 * Waits for a daemon that has stopped, as the next hook or a person will start another. To start it from here would undo what
 * `kaizen stop` has just done.
 */
export class Outlast {
  readonly #run: Run;
  #lastFault: "none" | "broken" | "gone" = "none";

  constructor({ context, settings }: Run) {
    this.#run = { context, settings: { ...settings, mayStart: false } };
  }

  /**
   * Does what needs a daemon, or nothing if none runs; then says so, once.
   *
   * @throws What `work` throws; a broken protocol only if it is the second in a row.
   */
  async try(work: (run: Run) => Promise<void>): Promise<void> {
    try {
      await work(this.#run);
      this.#lastFault = "none";
    } catch (error) {
      if (error instanceof NotRunningError) {
        if (this.#lastFault !== "gone") {
          await printNote(
            this.#run,
            "the daemon has stopped: waiting for the next",
          );
        }
        this.#lastFault = "gone";
      } else if (
        // One that is on its way down hangs up.
        error instanceof ProtocolError && this.#lastFault === "none"
      ) this.#lastFault = "broken";
      else throw error;
    }
  }
}
