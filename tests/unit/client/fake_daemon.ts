// SPDX-License-Identifier: AGPL-3.0-or-later
/** Handles one accepted connection as a test wants. */
export type Behaviour = (conn: Deno.Conn) => Promise<void>;

/** Listens in a temporary folder and handles each connection with a behaviour. */
export class FakeDaemon implements AsyncDisposable {
  readonly socket: string;
  readonly #folder: string;
  readonly #listener: Deno.Listener;
  readonly #running: Promise<void>;
  readonly #handled: Promise<void>[] = [];
  readonly #conns: Deno.Conn[] = [];

  constructor(behave: Behaviour) {
    this.#folder = Deno.makeTempDirSync();
    this.socket = `${this.#folder}/d.sock`;
    this.#listener = Deno.listen({ transport: "unix", path: this.socket });
    this.#running = this.#accept(behave);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#running;
    for (const conn of this.#conns) {
      try {
        conn.close();
      } catch {
        // the behaviour closed it already
      }
    }
    await Promise.all(this.#handled);
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #accept(behave: Behaviour): Promise<void> {
    for await (const conn of this.#listener) {
      this.#conns.push(conn);
      this.#handled.push(behave(conn).catch(() => {}));
    }
  }
}

/** Reads until the end, or until the connection is closed here. */
export async function readAll(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  while (await conn.read(buffer) !== null);
}
