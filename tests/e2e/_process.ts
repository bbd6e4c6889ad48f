// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A process of the program, from its start to its result.
 * @module
 */
import type { Finished, Spawned } from "./harness.ts";

/** How to start a process. */
export interface ProcessOptions {
  /** Program and arguments. */
  line: readonly string[];
  cwd: string;
  stdin: string | Uint8Array | undefined;
  env: Record<string, string>;
  patienceMs: number;
  /** Id of the user and of the group (default: this process's own). */
  uid?: number;
}

/** A process of the program, which may have ended. */
export class Process implements Spawned {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stdout = new Lines();
  readonly ended: Promise<Finished>;

  constructor(options: ProcessOptions) {
    const [program = "", ...args] = options.line;
    this.#child = new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: options.env,
      clearEnv: true,
      ...options.uid === undefined
        ? {}
        : { uid: options.uid, gid: options.uid },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.ended = this.#finish(options);
  }

  get pid(): number {
    return this.#child.pid;
  }

  async nextLine(): Promise<string | null> {
    return await this.#stdout.next();
  }

  async write(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  async closeStdin(): Promise<void> {
    try {
      await this.#stdin.close();
    } catch (error) {
      // Closed before, by the test or by the end of the program.
      if (
        !(error instanceof TypeError) &&
        !(error instanceof Deno.errors.BrokenPipe)
      ) throw error;
    }
  }

  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
  }

  async #finish({ stdin, patienceMs }: ProcessOptions): Promise<Finished> {
    const timer = setTimeout(() => this.signal("SIGKILL"), patienceMs);
    try {
      const [, stderr, status] = await Promise.all([
        this.#stdout.readAll(this.#child.stdout),
        new Response(this.#child.stderr).text(),
        this.#child.status,
        stdin === undefined ? null : this.#feed(stdin),
      ]);
      await this.closeStdin();
      const stdoutBytes = this.#stdout.bytes();
      const stdout = new TextDecoder().decode(stdoutBytes);
      const { code, signal } = status;
      return { code, signal, stdout, stdoutBytes, stderr };
    } finally {
      clearTimeout(timer);
    }
  }

  async #feed(stdin: string | Uint8Array): Promise<void> {
    const bytes = typeof stdin === "string"
      ? new TextEncoder().encode(stdin)
      : stdin;
    try {
      if (bytes.length > 0) await this.#stdin.write(bytes);
    } catch (error) {
      // A program may end without reading what it does not need.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
    await this.closeStdin();
  }
}

/** Collects the text of a stream, and passes it on by lines. */
class Lines {
  readonly #chunks: Uint8Array[] = [];
  readonly #ready: string[] = [];
  readonly #waiting: ((line: string | null) => void)[] = [];
  #rest = "";
  #ended = false;

  async readAll(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#chunks.push(chunk);
      const lines = (this.#rest + decoder.decode(chunk, { stream: true }))
        .split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#give(line);
    }
    if (this.#rest !== "") this.#give(this.#rest);
    this.#ended = true;
    for (const wake of this.#waiting.splice(0)) wake(null);
  }

  #give(line: string): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#ready.push(line);
    else wake(line);
  }

  next(): Promise<string | null> {
    const line = this.#ready.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  bytes(): Uint8Array {
    const length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const all = new Uint8Array(length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}
