// SPDX-License-Identifier: AGPL-3.0-or-later
// Kills a writer and a deliverer before each system call that touches the spool. strace finds the
// calls, and kills.
import { assert, assertEquals } from "@std/assert";
import {
  eventBody,
  hasStrace,
  openSpool,
  Receiver,
  senderOf,
  TempFolder,
} from "./fixtures.ts";

const CHILD = decodeURIComponent(
  new URL("./crash_child.ts", import.meta.url).pathname,
);
/** The two processes that can leave a file. */
const CALLS =
  "mkdir,openat,flock,write,fdatasync,fsync,rename,unlink,ftruncate,close";

/** A system call of the child's main thread: the n-th of its name, counted from 1. */
interface Call {
  name: string;
  n: number;
}

interface Ended {
  /** The lines it printed. */
  lines: string[];
  killed: boolean;
}

async function runTraced(
  folder: TempFolder,
  words: readonly string[],
  strace: readonly string[],
): Promise<Ended> {
  const { stdout, signal } = await new Deno.Command("strace", {
    args: [
      ...strace,
      ...[Deno.execPath(), "run", "-A", "-q", "--no-lock"],
      ...[CHILD, folder.spool, ...words],
    ],
    stdin: "null",
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return {
    lines: lines.filter((line) => line !== ""),
    killed: signal === "SIGKILL",
  };
}

/** The system calls about the folder, in order, of a run that is not killed. */
async function findCalls(
  words: readonly string[],
  prepare: (folder: TempFolder) => void,
): Promise<Call[]> {
  using folder = new TempFolder();
  prepare(folder);
  const trace = `${folder.path}/trace`;
  await runTraced(folder, words, ["-y", "-e", `trace=${CALLS}`, "-o", trace]);
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  for (const line of (await Deno.readTextFile(trace)).split("\n")) {
    const name = /^(\w+)\(/.exec(line)?.[1];
    if (name === undefined) continue;
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    if (line.includes(`${folder.path}/home`)) calls.push({ name, n });
  }
  return calls;
}

interface Scenario {
  words: readonly string[];
  prepare: (folder: TempFolder) => void;
  /** Checks the files of a child that was killed. */
  check: (folder: TempFolder, printed: string[]) => Promise<void>;
  /** Calls that must be among those it was killed at. */
  names: readonly string[];
}

const scenarios: Record<string, Scenario> = {
  "a writer": {
    words: ["append", "hit"],
    prepare: () => {},
    check: async (folder, printed) => {
      const spool = openSpool(folder);
      spool.append(eventBody("after"));
      const receiver = new Receiver();
      await spool.deliver(receiver);
      const kept = receiver.ids.filter((id) => id !== "after");
      assert(["", "hit"].includes(kept.join()), `delivered ${receiver.ids}`);
      if (printed.includes("hit")) assertEquals(kept, ["hit"]);
      assertEquals(folder.names(), [], "nothing is left over");
    },
    names: [
      "mkdir",
      "openat",
      "flock",
      "write",
      "fdatasync",
      "rename",
      "fsync",
    ],
  },
  "a deliverer that finds leftovers": {
    words: ["deliver"],
    prepare: (folder) => {
      const spool = openSpool(folder);
      for (const id of ["a", "b"]) spool.append(eventBody(id));
      const whole = eventBody("c");
      Deno.writeFileSync(`${folder.spool}/.tmp-1-aa`, whole);
      Deno.writeFileSync(`${folder.spool}/.tmp-1-bb`, whole.subarray(0, 9));
    },
    check: async (folder, printed) => {
      const receiver = new Receiver();
      await openSpool(folder).deliver(receiver);
      const sent = [...printed.filter((id) => id !== "done"), ...receiver.ids];
      const again = sent.length - new Set(sent).size;
      assert(again <= 1, `only the one on its way is sent twice: ${sent}`);
      assertEquals([...new Set(sent)], ["a", "b", "c"]);
      assertEquals(folder.names(), [], "nothing is left over");
    },
    names: ["openat", "flock", "fdatasync", "rename", "fsync", "unlink"],
  },
  "a deliverer that sets an event aside": {
    words: ["set aside"],
    prepare: (folder) => void openSpool(folder).append(eventBody("a")),
    check: async (folder) => {
      const spool = openSpool(folder);
      const { pending, rejected } = spool.status();
      assert(pending + rejected > 0, "the event is still somewhere");
      await spool.deliver(senderOf(() => "invalid"));
      assertEquals([spool.status().pending, spool.status().rejected], [0, 1]);
    },
    names: [
      "mkdir",
      "openat",
      "write",
      "fdatasync",
      "rename",
      "fsync",
      "unlink",
    ],
  },
};

const ignore = !await hasStrace();
for (
  const [who, { words, prepare, check, names }] of Object.entries(scenarios)
) {
  Deno.test({
    name:
      `${who}, killed before each of its system calls, loses and halves nothing`,
    ignore,
    async fn() {
      await findCalls(words, prepare); // later runs find everything compiled, so that all make the same calls
      const calls = await findCalls(words, prepare);
      const hit = new Set<string>();
      for (const { name, n } of calls) {
        using folder = new TempFolder();
        prepare(folder);
        const how = `inject=${name}:signal=SIGKILL:when=${n}`;
        const { lines, killed } = await runTraced(folder, words, [
          ...["-o", "/dev/null", "-e", `trace=${name}`, "-e", how],
        ]);
        await check(folder, lines);
        if (killed) hit.add(name);
      }
      assertEquals(names.filter((name) => !hit.has(name)), []);
    },
  });
}
