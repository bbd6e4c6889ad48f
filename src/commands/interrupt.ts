// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * SIGINT as the way to end what goes on.
 * @module
 */
import { InterruptedError } from "./errors.ts";

/** Takes SIGINT instead of letting it end the process on the spot, until it is disposed of. */
export class Interrupt implements Disposable {
  readonly #came = Promise.withResolvers<never>();
  readonly #handler = () =>
    this.#came.reject(new InterruptedError("Interrupted"));

  constructor() {
    // Whether anybody is waiting when it comes is not sure.
    this.#came.promise.catch(ignore);
    Deno.addSignalListener("SIGINT", this.#handler);
  }

  /** Awaits `work`, but no longer than until SIGINT. @throws {InterruptedError} At SIGINT. */
  async guard<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([work, this.#came.promise]);
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#handler);
  }
}

function ignore(): void {}
