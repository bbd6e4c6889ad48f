// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A temporary folder for one test.
 * @module
 */

/** Makes a folder that is removed at the end of its scope. */
export function tempFolder(): Disposable & { path: string } {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kz" }));
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}
