// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A turn of the event loop in which the sockets are read.
 *
 * The runtime reads them when it has nothing else to do, else only in every 61st turn, and a
 * `setImmediate` is something to do. Work in slices of a few milliseconds, with a `setImmediate`
 * between them, kept a client waiting for 200 ms. A wait for a byte on a socket leaves the runtime
 * nothing to do.
 * @module
 */
import { nextTurn } from "./pace.ts";

const BYTE = Uint8Array.of(0);

/** A socket of which this process has both ends. */
export class SocketTurn implements Disposable {
  readonly #to: Deno.Conn;
  readonly #from: Deno.Conn;
  readonly #buffer = new Uint8Array(1);
  #open = true;

  private constructor(to: Deno.Conn, from: Deno.Conn) {
    this.#to = to;
    this.#from = from;
  }

  /**
   * Makes the two ends.
   *
   * @param path Path at which the socket is bound for a moment, in a folder that no other user can
   * enter. A socket that a killed daemon left there is removed.
   * @throws {Error} If the system refuses.
   */
  static async open(path: string): Promise<SocketTurn> {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    using listener = Deno.listen({ transport: "unix", path });
    const [to, from] = await Promise.all([
      Deno.connect({ transport: "unix", path }),
      listener.accept(),
    ]);
    return new SocketTurn(to, from);
  }

  /**
   * Waits for a turn. Only one wait is allowed at a time. Once the socket has failed or is closed,
   * the turns of the event loop have to do: a byte that was not written would leave a read behind,
   * which would take the byte of the next wait.
   */
  async wait(): Promise<void> {
    if (!this.#open) return await nextTurn();
    try {
      // The read comes first: no byte is there, so it has to wait until the sockets are read.
      const arrived = this.#from.read(this.#buffer);
      await Promise.all([this.#to.write(BYTE), arrived]);
    } catch {
      this[Symbol.dispose]();
      await nextTurn();
    }
  }

  /** May be called twice. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#to.close();
    this.#from.close();
  }
}
