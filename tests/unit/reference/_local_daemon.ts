// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs our daemon in this process, with a socket and a home of its own.
 * @module
 */
import { resolvePaths } from "../../../src/context/mod.ts";
import { serveDaemon } from "../../../src/daemon/mod.ts";
import { ask } from "../../interop/_exchange.ts";

/** A daemon that runs until it is disposed of. */
export class LocalDaemon implements AsyncDisposable {
  readonly #root: string;
  #running: { stop(): Promise<void> };

  private constructor(root: string, running: { stop(): Promise<void> }) {
    this.#root = root;
    this.#running = running;
  }

  /** Starts a daemon and waits until clients can connect. */
  static async start(): Promise<LocalDaemon> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "kz" }));
    return new LocalDaemon(root, await run(root));
  }

  get socket(): string {
    return pathsOf(this.#root).socket;
  }

  /** A folder for events. A test creates it; it is removed with the daemon. */
  get folder(): string {
    return `${this.#root}/w`;
  }

  async restart(): Promise<void> {
    await this.#running.stop();
    this.#running = await run(this.#root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.stop();
    await Deno.remove(this.#root, { recursive: true });
  }
}

function pathsOf(root: string) {
  return resolvePaths({ env: () => undefined }, { home: `${root}/h` });
}

async function run(root: string): Promise<{ stop(): Promise<void> }> {
  const paths = pathsOf(root);
  const ready = Promise.withResolvers<void>();
  const done = serveDaemon({
    paths,
    context: {
      cwd: () => root,
      env: () => undefined,
      now: () => Date.now(),
      giveUpRun: () => {},
    },
    log: () => {},
    ready: () => ready.resolve(),
  });
  await Promise.race([ready.promise, done]);
  return {
    stop: async () => {
      await ask(paths.socket, { type: "stop" });
      await done;
    },
  };
}
