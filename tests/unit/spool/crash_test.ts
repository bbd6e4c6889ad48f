// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import {
  eventBody,
  openSpool,
  Receiver,
  senderOf,
  TempFolder,
} from "./fixtures.ts";

const CHILD = decodeURIComponent(
  new URL("./crash_child.ts", import.meta.url).pathname,
);

interface Ended {
  /** The lines it printed. */
  lines: string[];
  killed: boolean;
}

async function runChild(
  folder: TempFolder,
  fault: string,
  ...args: string[]
): Promise<Ended> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-lock", CHILD, folder.spool, ...args],
    env: { KAIZEN_FAULT: fault },
    stdin: "null",
    stderr: "inherit",
  }).output();
  const lines = new TextDecoder().decode(output.stdout).trim().split("\n");
  return { lines, killed: output.signal === "SIGKILL" };
}

/** Every step of writing a file, in order, and whether the event is on disk by then. */
const writing: [point: string, isKept: boolean][] = [
  ["spool:before-open", false],
  ["spool:after-open", false],
  ["spool:after-lock", false],
  ["spool:half-written", false],
  ["spool:after-write", true],
  ["spool:after-sync", true],
  ["spool:after-rename", true],
  ["spool:after-folder-sync", true],
];

for (const [point, isKept] of writing) {
  Deno.test(`a writer killed at ${point} leaves ${isKept ? "all" : "nothing"} of its event`, async () => {
    using folder = new TempFolder();
    const spool = openSpool(folder);
    spool.append(eventBody("before"));
    const { lines, killed } = await runChild(folder, point, "append", "hit");
    assert(killed, "the fault point was not reached");
    assertEquals(lines, [""], "nothing was promised");
    spool.append(eventBody("after"));
    const receiver = new Receiver();
    await spool.deliver(receiver);
    const kept = isKept ? ["hit"] : [];
    assertEquals(
      receiver.ids.toSorted(),
      ["before", "after", ...kept].toSorted(),
    );
    assert(receiver.ids.indexOf("before") < receiver.ids.indexOf("after"));
    assertEquals(folder.names(), [], "nothing is left over");
  });
}

const delivering: [point: string, printed: string[], left: string[]][] = [
  ["deliver:after-lock", [], ["a", "b"]],
  ["deliver:after-read", [], ["a", "b"]],
  ["deliver:after-send", ["a"], ["a", "b"]],
  ["deliver:after-remove", ["a"], ["b"]],
];

for (const [point, printed, left] of delivering) {
  Deno.test(`a deliverer killed at ${point} loses nothing`, async () => {
    using folder = new TempFolder();
    const spool = openSpool(folder);
    for (const id of ["a", "b"]) spool.append(eventBody(id));
    const { lines, killed } = await runChild(folder, point, "deliver");
    assert(killed, "the fault point was not reached");
    assertEquals(lines.filter((line) => line !== ""), printed);
    const receiver = new Receiver();
    assertEquals((await spool.deliver(receiver)).stopped, "empty");
    assertEquals(receiver.ids, left);
  });
}

const settingAside = [...writing.map(([point]) => point), "reject:after-write"];

for (const point of settingAside) {
  Deno.test(`a deliverer killed at ${point} while it sets an event aside keeps it once`, async () => {
    using folder = new TempFolder();
    const spool = openSpool(folder);
    spool.append(eventBody("a"));
    const { killed } = await runChild(folder, point, "set aside");
    assert(killed, "the fault point was not reached");
    assertEquals(spool.status().pending, 1);
    await spool.deliver(senderOf(() => "invalid"));
    assertEquals(spool.status().pending, 0);
    assertEquals(folder.names("rejected").length, 1);
    assertEquals(spool.status().rejected, 1);
  });
}

Deno.test("a whole leftover event is delivered, even if the spool is empty otherwise", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  await runChild(folder, "spool:after-sync", "append", "hit");
  const receiver = new Receiver();
  const report = await spool.deliver(receiver);
  assertEquals([receiver.ids, report.stopped], [["hit"], "empty"]);
});

Deno.test("a file that a living writer holds is left alone", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.append(eventBody("a"));
  const path = `${folder.spool}/.tmp-1-aa`;
  using held = await Deno.open(path, { createNew: true, write: true });
  await held.tryLock(true);
  await held.write(eventBody("b"));
  const receiver = new Receiver();
  await spool.deliver(receiver);
  await spool.deliver(receiver);
  assertEquals(receiver.ids, ["a"]);
  assertEquals(folder.names(), [".tmp-1-aa"]);
});

Deno.test("processes that write at once lose no event, and each keeps its order", async () => {
  using folder = new TempFolder();
  const writers = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const runs = writers.map((writer) =>
    runChild(folder, "", "append", ...numbers.map((n) => `${writer}${n}`))
  );
  const receiver = new Receiver();
  const spool = openSpool(folder);
  const finished = Promise.all(runs);
  let ended = false;
  finished.then(() => ended = true);
  while (!ended) {
    await spool.deliver(receiver);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await finished;
  await spool.deliver(receiver);
  assertEquals(receiver.ids.length, 80);
  for (const writer of writers) {
    assertEquals(
      receiver.ids.filter((id) => id.startsWith(writer)),
      numbers.map((n) => `${writer}${n}`),
    );
  }
});

Deno.test("processes that count at once count each failure", async () => {
  using folder = new TempFolder();
  const reasons = Array.from({ length: 40 }, (_, i) => `reason ${i}`);
  await Promise.all(
    [1, 2, 3].map(() => runChild(folder, "", "count", ...reasons)),
  );
  assertEquals(openSpool(folder).status().failures, 120);
});
