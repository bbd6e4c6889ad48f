// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SpoolError } from "../../../src/spool/errors.ts";
import { eventBody, openSpool, Receiver, TempFolder } from "./fixtures.ts";

const OTHER = 12_345;

Deno.test({
  name: "root neither writes to nor reads the spool in another user's home",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  async fn() {
    using folder = new TempFolder();
    Deno.mkdirSync(folder.spool, { recursive: true });
    const home = folder.spool.slice(0, folder.spool.lastIndexOf("/"));
    Deno.writeTextFileSync(`${folder.path}/secret`, "secret");
    Deno.symlinkSync(
      `${folder.path}/secret`,
      `${folder.spool}/v1-1-1-aa.json`,
    );
    for (const path of [home, folder.spool]) Deno.chownSync(path, OTHER, OTHER);
    const spool = openSpool(folder);
    const words = `as it belongs to user ${OTHER}`;
    for (
      const work of [
        () => spool.append(eventBody("a")),
        () => spool.countFailure("test"),
        () =>
          spool.reject(new Uint8Array(1), { kind: "input", reason: "test" }),
        () => spool.list(),
        () => spool.purge({ pending: true }),
      ]
    ) {
      assertStringIncludes(assertThrows(work, SpoolError).message, words);
    }
    const receiver = new Receiver();
    const error = await spool.deliver(receiver).catch((error) => error);
    assertStringIncludes(error.message, words);
    assertStringIncludes(spool.status().reason ?? "", words);
    assertEquals(receiver.ids, []);
    assertEquals(folder.names(), ["v1-1-1-aa.json"]);
  },
});

/** Puts each kind of thing that is no plain file of a usable size at a path. */
const ODD: Record<string, (path: string) => void> = {
  "a folder": (path) => Deno.mkdirSync(path),
  "a link to nothing": (path) => Deno.symlinkSync("/nonexistent/x", path),
  "a link to itself": (path) => Deno.symlinkSync(path, path),
  "a link to a device": (path) => Deno.symlinkSync("/dev/zero", path),
  "a named pipe": (path) => {
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
  },
  "3 GiB of nothing": (path) => {
    Deno.writeTextFileSync(path, "");
    Deno.truncateSync(path, 3 * 1024 ** 3);
  },
};

for (const [kind, make] of Object.entries(ODD)) {
  Deno.test(`deliver() passes over an event that is ${kind}, and status() names it`, async () => {
    using folder = new TempFolder();
    await Deno.mkdir(folder.spool, { recursive: true });
    make(`${folder.spool}/v1-1-1-aa.json`);
    const spool = openSpool(folder);
    for (const id of ["a", "b"]) spool.append(eventBody(id));
    const receiver = new Receiver();
    const report = await spool.deliver(receiver);
    assertEquals([receiver.ids, report.stopped], [["a", "b"], "empty"]);
    const [odd = "", ...others] = spool.status().odd;
    assertStringIncludes(odd, "v1-1-1-aa.json");
    assertEquals(others, []);
    assertEquals(spool.isEmpty(), true);
    assertEquals(
      spool.list().map(({ name, state }) => [name, state]),
      [[odd, "odd"]],
    );
  });

  for (
    const note of [".lock", ".attempts", ".failures", ".sizes", ".tmp-1-a"]
  ) {
    Deno.test(`a spool works whose ${note} is ${kind}`, async () => {
      using folder = new TempFolder();
      await Deno.mkdir(folder.spool, { recursive: true });
      make(`${folder.spool}/${note}`);
      const spool = openSpool(folder);
      spool.append(eventBody("a"));
      spool.countFailure("test");
      assertEquals(spool.status().failures, 1);
      const receiver = new Receiver();
      assertEquals((await spool.deliver(receiver)).stopped, "empty");
      assertEquals(receiver.ids, ["a"]);
    });
  }
}

Deno.test("append() renames a spool that is a link, and never follows it", () => {
  using folder = new TempFolder();
  const home = folder.spool.slice(0, folder.spool.lastIndexOf("/"));
  Deno.mkdirSync(home);
  Deno.mkdirSync(`${folder.path}/elsewhere`);
  Deno.symlinkSync(`${folder.path}/elsewhere`, folder.spool);
  const spool = openSpool(folder);
  spool.append(eventBody("a"));
  assertEquals([...Deno.readDirSync(`${folder.path}/elsewhere`)], []);
  assertEquals(spool.countPending(), 1);
});

for (
  const ms of [10_000_000_000_000, 99_999_999_999_999, 999_999_999_999_999]
) {
  Deno.test(`a name at ${ms}, far in the future, does not change the order of events, and is named`, async () => {
    using folder = new TempFolder();
    await Deno.mkdir(folder.spool, { recursive: true });
    const future = `${folder.spool}/v1-${ms}-1-aa.json`;
    await Deno.writeFile(future, eventBody("future"));
    const spool = openSpool(folder);
    const ids = [..."abcdefgh"];
    for (const id of ids) spool.append(eventBody(id));
    const receiver = new Receiver();
    await spool.deliver(receiver);
    assertEquals(receiver.ids, ids);
    assertEquals(spool.status().unknown, 1);
  });
}

/** The longest name that a file can have, which leaves no room for a suffix. */
const long = (start: string, end = "") =>
  start + "1".repeat(255 - start.length - end.length) + end;

for (
  const [kind, make] of Object.entries<(spool: string) => void>({
    "an event with the longest name": (spool) =>
      Deno.writeTextFileSync(`${spool}/${long("v1-1-", "-a.json")}`, "no JSON"),
    "3 GiB with the longest name": (spool) =>
      ODD["3 GiB of nothing"]?.(`${spool}/${long("v1-1-", "-a.json")}`),
    "3 GiB with the longest name of a writer": (spool) =>
      ODD["3 GiB of nothing"]?.(`${spool}/${long(".tmp-")}`),
    "an event with a folder in the place of its rejected file": (spool) => {
      Deno.writeTextFileSync(`${spool}/v1-1-1-aa.json`, "no JSON");
      Deno.mkdirSync(`${spool}/rejected/v1-1-1-aa.rejected/x`, {
        recursive: true,
      });
    },
  })
) {
  Deno.test(`deliver() is not held up by ${kind}, and status() names it`, async () => {
    using folder = new TempFolder();
    await Deno.mkdir(folder.spool, { recursive: true });
    make(folder.spool);
    const spool = openSpool(folder);
    spool.append(eventBody("a"));
    const receiver = new Receiver();
    const { stopped } = await spool.deliver(receiver);
    assertEquals([receiver.ids, stopped], [["a"], "empty"]);
    const { odd, unknown } = spool.status();
    assertEquals(odd.length + unknown, 1);
    assertEquals(spool.isEmpty(), true);
  });
}
