// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The paths of the program on which the system may fail. Each plays one with a fault, and checks
 * that nothing acknowledged is missing, nothing is there half or twice, and the next run works.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { askStatus, exists } from "../e2e/_socket.ts";
import type { Scene } from "./scene.ts";

/** A path. */
export interface FaultPath {
  /** Whether the points before a daemon is ready are those of another path. */
  isAfterStart?: boolean;
  /**
   * Plays it.
   *
   * @param onReady Called when the part of interest begins.
   * @returns What became of it, in a word or two.
   * @throws {Error} If a promise is broken.
   */
  play(scene: Scene, onReady: () => Promise<void>): Promise<string>;
}

const HOOK = ["ingest", "hook", "--source", "claude"];
const FIXTURE = new URL("../fixtures/store_v1.db.gz", import.meta.url);

/** All paths by their names. */
export const FAULT_PATHS: ReadonlyMap<string, FaultPath> = new Map([
  ["hook-up", hookPath({ spooled: 0, target: "daemon" })],
  ["hook-down", hookPath({ spooled: 0, target: "none" })],
  ["hook-hung", hookPath({ spooled: 0, target: "hung" })],
  ["hook-behind", hookPath({ spooled: 3, target: "daemon" })],
  ["flush", { play: playFlush }],
  ["start", { play: playStart }],
  ["commit", { play: playCommit, isAfterStart: true }],
  ["prune", { play: playPrune, isAfterStart: true }],
  ["migrate", { play: playMigrate }],
  ["backup", { play: playBackup }],
  ["restore", { play: playRestore }],
]);

interface HookOptions {
  /** Events that wait in the spool. */
  spooled: number;
  target: "daemon" | "none" | "hung";
}

/** One hook with a fault, then one without. */
function hookPath({ spooled, target }: HookOptions): FaultPath {
  return {
    async play(scene) {
      scene.spool(spooled);
      const shared = scene.home.socket;
      const hung = `${scene.folder}/hung.sock`;
      // A backlog takes connections that no process ever accepts.
      using _hung = target === "hung"
        ? Deno.listen({ transport: "unix", path: hung })
        : null;
      const sockets = { daemon: shared, none: scene.socket, hung };
      const hook = await scene.runFaulty(HOOK, {
        stdin: scene.payload(spooled),
        socket: sockets[target],
      });
      // A launcher keeps the death of the runtime from the agent, but not its own at its Nth call.
      const isDead = scene.isKill && hook.signal === "SIGKILL";
      const code = isDead ? 0 : hook.code;
      assertEquals([code, hook.stdout, hook.stderr], [0, "", ""]);
      const failures = await scene.countFailures();
      const next = await scene.run(HOOK, {
        stdin: scene.payload(spooled + 1),
        socket: shared,
      });
      assertEquals(next.code, 0);
      await scene.flush(shared);
      const stored = await scene.stored(shared);
      const promised = Array.from({ length: spooled }, (_, n) => n);
      promised.push(spooled + 1);
      assertEquals(stored.filter((n) => n !== spooled), promised, "missing");
      if (stored.includes(spooled)) return "recorded";
      if (failures > 0) return "counted";
      assert(scene.isKill, "an event is neither recorded nor counted");
      return "died";
    },
  };
}

async function playFlush(scene: Scene): Promise<string> {
  const shared = scene.home.socket;
  scene.spool(3);
  const { code, stdout } = await scene.runFaulty(["spool", "flush"], {
    socket: shared,
  });
  if (code === 0) {
    // One that cannot be read now is passed over, and is left.
    const { delivered, left } = JSON.parse(stdout);
    assertEquals(delivered + left, 3);
    assertEquals((await scene.stored(shared)).length, delivered);
  }
  await scene.flush(shared);
  const stored = await scene.stored(shared);
  assertEquals(stored.length, 3, "missing");
  return describe(scene, code);
}

async function playStart(scene: Scene): Promise<string> {
  scene.spool(3);
  const daemon = await scene.startDaemon(true);
  if (daemon !== null) await scene.stop(daemon);
  await scene.withDaemon(async () => {
    await scene.flush();
    assertEquals(await scene.stored(), [0, 1, 2], "missing");
  });
  if (daemon !== null) return "ready";
  return scene.isKill ? "died" : "refused";
}

/**
 * Events one by one, and two at once; all that were acknowledged are there after the next start.
 */
async function playCommit(
  scene: Scene,
  onReady: () => Promise<void>,
): Promise<string> {
  const daemon = await scene.startDaemon(true);
  if (daemon === null) return "did not start";
  await onReady();
  const acked: number[] = [];
  for (const group of [[0], [1], [2, 3], [4], [5]]) {
    const sent = group.map(async (n) => {
      if (await scene.send(n)) acked.push(n);
    });
    await Promise.all(sent);
  }
  await scene.stop(daemon);
  await scene.withDaemon(async () => {
    const stored = await scene.stored();
    const missing = acked.filter((n) => !stored.includes(n));
    assertEquals(missing, [], "acknowledged, and missing");
    for (const n of [6, 7]) assert(await scene.send(n), "the next run works");
    assertEquals((await scene.stored()).length, stored.length + 2);
  });
  if (acked.length === 6) return "all taken";
  if (scene.isKill) return "died";
  // One fault may cost the daemon, which says so by its end, but it must not refuse for good.
  return acked.includes(5) ? "some refused" : "went down";
}

/** Old sessions are deleted as a whole or not at all, and the others stay. */
async function playPrune(
  scene: Scene,
  onReady: () => Promise<void>,
): Promise<string> {
  await scene.withDaemon(async () => {
    for (let n = 0; n < 4; n++) assert(await scene.send(n));
    await scene.run(HOOK, {
      stdin: JSON.stringify({
        hook_event_name: "Stop",
        session_id: "young",
        permission_mode: "default",
      }),
      socket: scene.socket,
    });
  });
  const daemon = await scene.startDaemon(true);
  if (daemon === null) return "did not start";
  await onReady();
  const prune = ["store", "prune", "--older-than", "30d", "--yes"];
  const first = await scene.run(prune);
  scene.checkEnd(first);
  await scene.stop(daemon);
  await scene.withDaemon(async () => {
    const stored = await scene.stored();
    const isGone = stored.length === 0;
    if (!isGone) assertEquals(stored, [0, 1, 2, 3], "half of a session");
    if (first.code === 0) assert(isGone, "it said that it has deleted them");
    const next = await scene.run(prune);
    assertEquals(next.code, 0, next.stderr);
    assertEquals(await scene.stored(), []);
    const { store } = await askStatus(scene.socket);
    assertStringIncludes(JSON.stringify(store), '"sessions":1');
  });
  return describe(scene, first.code);
}

async function playMigrate(scene: Scene): Promise<string> {
  const old = `${scene.folder}/store.db`;
  await writeOldStore(old);
  const daemon = await scene.startDaemon(true);
  if (daemon !== null) await scene.stop(daemon);
  await scene.withDaemon(async () => {
    const { store } = await askStatus(scene.socket);
    const { sessions, events } = JSON.parse(JSON.stringify(store));
    assertEquals([sessions, events], [3, 48], "missing after migration");
  });
  if (daemon !== null) return "ready";
  return scene.isKill ? "died" : "refused";
}

/** Writes the first three sessions of an old store: each of its pages is two dozen points. */
async function writeOldStore(path: string): Promise<void> {
  const file = await Deno.open(FIXTURE);
  const unpacked = file.readable.pipeThrough(new DecompressionStream("gzip"));
  await Deno.writeFile(path, unpacked, { mode: 0o600 });
  using db = new DatabaseSync(path);
  db.exec(`
    DELETE FROM sessions WHERE key > 3;
    DELETE FROM events WHERE key > 48;
    DELETE FROM spans WHERE key > 3;
    DELETE FROM blocks;
    DELETE FROM event_ids;
    VACUUM`);
}

/** A copy is whole, or it is not there. */
async function playBackup(scene: Scene): Promise<string> {
  await fill(scene, 4);
  const copies = `${scene.folder}/copies`;
  await Deno.mkdir(copies);
  const { code } = await scene.runFaulty(["store", "backup", `${copies}/a`]);
  const isThere = await exists(`${copies}/a`);
  if (code === 0) assert(isThere, "it said that there is a copy");
  if (isThere) assertEquals(countEvents(`${copies}/a`), 4);
  const next = await scene.run(["store", "backup", `${copies}/b`]);
  assertEquals(next.code, 0, next.stderr);
  assertEquals(countEvents(`${copies}/b`), 4);
  const names = await Array.fromAsync(Deno.readDir(copies), (it) => it.name);
  const left = names.filter((name) => !["a", "b"].includes(name));
  assert(left.every((name) => name.startsWith("a.part-")), left.join());
  // One file cannot be removed if the system refuses that.
  const allowed = scene.point?.call === "unlink" ? 1 : 0;
  const isPart = left.length > allowed && !scene.isKill;
  assert(!isPart, `a part of a copy is left: ${left}`);
  return describe(scene, code);
}

/** After it the old store is there, or the copy. */
async function playRestore(scene: Scene): Promise<string> {
  await fill(scene, 2);
  const copy = `${scene.folder}/copy`;
  assertEquals((await scene.run(["store", "backup", copy])).code, 0);
  await fill(scene, 5);
  const restore = ["store", "restore", copy];
  const { code } = await scene.runFaulty(restore);
  const events = await scene.withDaemon(async () =>
    (await scene.stored()).length
  );
  if (code === 0) assertEquals(events, 2, "it said that it has restored");
  assert(events === 2 || events === 5, `a store of ${events} events`);
  const next = await scene.run(restore);
  assertEquals(next.code, 0, next.stderr);
  const last = await scene.withDaemon(() => scene.stored());
  assertEquals(last.length, 2);
  return describe(scene, code);
}

/** Stores events up to a number. */
async function fill(scene: Scene, count: number): Promise<void> {
  await scene.withDaemon(async () => {
    const stored = await scene.stored();
    for (let n = stored.length; n < count; n++) assert(await scene.send(n));
  });
}

/** Counts the events of a store that no daemon uses, which must be whole. */
function countEvents(
  path: string,
  count = "SELECT count(*) AS n FROM events",
): number {
  using db = new DatabaseSync(path, { readOnly: true });
  const [check] = db.prepare("PRAGMA integrity_check").all();
  assertEquals(check?.["integrity_check"], "ok", path);
  const row = db.prepare(count).get();
  return Number(row?.["n"]);
}

function describe(scene: Scene, code: number): string {
  if (code === 0) return "done";
  return scene.isKill ? "died" : "refused";
}
