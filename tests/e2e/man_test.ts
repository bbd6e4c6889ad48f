// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

async function run(
  program: string,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Builds into a folder of its own, so that another user of `dist/` keeps it. */
async function build(): Promise<AsyncDisposable & { folder: string }> {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "kzb" });
  const built = await run(`${ROOT}scripts/build`, [`--to=${folder}`]);
  assertEquals(built.code, 0, built.stderr);
  return {
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test({
  name: "a build writes its manual page beside the program",
  ignore: Boolean(Deno.env.get("KAIZEN_BIN")),
  async fn() {
    await using made = await build();
    const path = `${made.folder}/kaizen.1`;
    const page = await Deno.readTextFile(path);
    const printed = await run(`${made.folder}/kaizen.sh`, ["man"]);
    assertEquals(page, printed.stdout);
    assert(page.startsWith(".TH KAIZEN 1 "));
  },
});
