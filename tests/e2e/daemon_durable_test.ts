// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { type Home, programCommand, tempHome } from "./harness.ts";
import { hasStrace } from "../unit/spool/fixtures.ts";
import { ask, ingest } from "./_socket.ts";

/** Number of clients that send at the same time, so that their events share a transaction. */
const CLIENTS = 8;

/** Runs a daemon while `work` uses it. Returns its system calls in order. */
async function traceDaemon(
  home: Home,
  work: () => Promise<void>,
): Promise<string[]> {
  const trace = `${home.root}/trace`;
  const calls = "pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg";
  const child = new Deno.Command("strace", {
    args: [
      ...["-f", "-y", "-s", "80", "-e", `trace=${calls}`, "-o", trace],
      ...programCommand(),
      ...["daemon", "run", "--home", home.home],
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read(); // it is ready
  await reader.cancel();
  try {
    await work();
  } finally {
    await ask(home.socket, { type: "stop" });
    await child.status;
  }
  return (await Deno.readTextFile(trace)).split("\n");
}

/**
 * Shortens a trace to `w` for a write to the WAL, `s` for its sync, and `a` for an acknowledgement.
 */
function summarize(trace: readonly string[]): string {
  let steps = "";
  const syncing = new Set<string>();
  for (const line of trace) {
    const [, thread = "", rest = ""] = /^(\d+) +(.*)/.exec(line) ?? [];
    if (/^pwrite64\(\d+<[^>]*-wal>/.test(rest)) {
      if (!steps.endsWith("w")) steps += "w";
    } else if (/^f(data)?sync\(\d+<[^>]*-wal>/.test(rest)) {
      if (rest.endsWith("<unfinished ...>")) syncing.add(thread);
      else steps += "s";
    } else if (/^<\.\.\. f(data)?sync resumed>/.test(rest)) {
      if (syncing.delete(thread)) steps += "s";
    } else if (rest.includes('\\"message\\":\\"ingested\\"')) steps += "a";
  }
  return steps;
}

Deno.test({
  name:
    "an event is acknowledged after its commit is on disk, also after a prune",
  ignore: !await hasStrace(),
  fn: async () => {
    await using home = await tempHome();
    const send = async (session: string) => {
      const { text } = await ask(home.socket, ingest(session, home.workspace));
      assertEquals(text, '{"type":"ack","message":"ingested"}');
    };
    const trace = await traceDaemon(home, async () => {
      await send("a");
      await send("b");
      await ask(home.socket, { type: "store_prune", session: "a" });
      await send("c");
      const names = Array.from({ length: CLIENTS }, (_, i) => `d${i}`);
      await Promise.all(names.map(send));
    });
    const steps = summarize(trace);
    const acks = steps.match(/a/g)?.length;
    assertEquals(acks, 3 + CLIENTS, steps);
    // The acks of one transaction come right after the sync of its writes.
    assertEquals(steps.match(/wa/), null, steps);
    assert(/wsawsa/.test(steps), steps);
    for (const before of steps.split(/a+/).slice(0, -1)) {
      assert(before.endsWith("ws"), `${before} in ${steps}`);
    }
  },
});
