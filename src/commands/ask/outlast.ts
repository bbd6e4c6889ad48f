// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Polling that continues when a daemon stops and another starts.
 * @module
 */
import { NotRunningError, ProtocolError } from "../../client/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printNote } from "../shell/print.ts";

/**
 * Polls a daemon, and waits while none is running. Does not start one, as that would undo `kaizen
 * stop`: the next hook or the user will.
 */
export class Outlast {
  readonly #run: Run;
  #lastFault: "none" | "broken" | "gone" = "none";

  constructor({ context, settings }: Run) {
    this.#run = { context, settings: { ...settings, mayStart: false } };
  }

  /**
   * Runs work that needs a daemon. If none is running, prints a note once and returns.
   *
   * @throws What `work` throws. A protocol error is thrown only if it is the second in a row.
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
            "the daemon has stopped: waiting for another one",
          );
        }
        this.#lastFault = "gone";
      } else if (
        // A daemon that is stopping closes the connection.
        error instanceof ProtocolError && this.#lastFault === "none"
      ) this.#lastFault = "broken";
      else throw error;
    }
  }
}
