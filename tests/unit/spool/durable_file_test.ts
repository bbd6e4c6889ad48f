// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { hasStrace, TempFolder } from "./fixtures.ts";

const CHILD = decodeURIComponent(
  new URL("./crash_child.ts", import.meta.url).pathname,
);

/**
 * The system calls in a spool's folder, in order: `f` stands for the temporary file, `d` for the
 * folder.
 */
async function traceAppend(folder: TempFolder): Promise<string[]> {
  const trace = `${folder.path}/trace`;
  const calls = "openat,flock,write,fdatasync,fsync,rename";
  const { success } = await new Deno.Command("strace", {
    args: [
      ...["-f", "-y", "-e", `trace=${calls}`, "-o", trace],
      ...[Deno.execPath(), "run", "-A", "-q", "--no-lock"],
      ...[CHILD, folder.spool, "append", "a"],
    ],
    stdout: "null",
    stderr: "inherit",
  }).output();
  assert(success);
  const steps: string[] = [];
  for (const line of (await Deno.readTextFile(trace)).split("\n")) {
    const call = /^\d+ +(\w+)\((.*)/.exec(line);
    const [, name = "", rest = ""] = call ?? [];
    if (rest.includes(`${folder.spool}/.tmp-`)) steps.push(`${name} f`);
    else if (rest.startsWith(`${/\d+/.exec(rest)?.[0]}<${folder.spool}>`)) {
      steps.push(`${name} d`);
    }
  }
  return steps;
}

Deno.test({
  name:
    "an event is on disk before it has its name, and its name before append() returns",
  ignore: !await hasStrace(),
  async fn() {
    using folder = new TempFolder();
    assertEquals(await traceAppend(folder), [
      "openat f",
      "flock f",
      "write f",
      "write f",
      "fdatasync f",
      "rename f",
      "fsync d",
    ]);
  },
});
