// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Loaded before the program (`deno run --preload`): writes to stderr the milliseconds from the read
 * that brought the last bytes of a hook's input to the end of its process. The program itself is
 * the one that is shipped.
 * @module
 */
let inputAt = performance.now();

const read = Deno.stdin.read.bind(Deno.stdin);
Object.defineProperty(Deno.stdin, "read", {
  value: async (into: Uint8Array) => {
    const length = await read(into);
    if (length !== null) inputAt = performance.now();
    return length;
  },
});

const exit = Deno.exit;
Object.defineProperty(Deno, "exit", {
  value: (code?: number) => {
    const ms = performance.now() - inputAt;
    Deno.stderr.writeSync(new TextEncoder().encode(`${ms}\n`));
    exit(code);
  },
});
