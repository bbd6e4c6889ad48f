// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A daemon whose disk is full, has become read-only or has damaged the store. It reports this,
 * acknowledges only events that are stored, and keeps running.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Disk, FailingDisk } from "./_disk.ts";
import { type Home, tempHome } from "./harness.ts";
import { ask, askStatus, sessionIds } from "./_socket.ts";

const hasDisk = await Disk.isPossible();
const hasFailingDisk = await FailingDisk.isPossible();
const TEXT = { env: { KAIZEN_OUTPUT: "text" } };
const NOTHING = new Uint8Array();
const START = ["daemon", "start", "--background"];
const RUN = ["daemon", "run"];
/**
 * Number of clients that send at the same time, so that most of their events share a transaction.
 */
const CLIENTS = 8;
/** A store above this size is not checked completely at the start, in bytes. */
const LARGE_BYTES = 8 * 1024 * 1024;

/** The numbered events of a session, and which of them were acknowledged. */
class Feed {
  readonly acked: number[] = [];
  #next = 0;

  constructor(readonly home: Home, readonly session = "s") {}

  /** Sends events at the same time. Returns the error messages. */
  async send(count: number, chars = 3_000): Promise<string[]> {
    const numbers = Array.from({ length: count }, () => this.#next++);
    const answers = await Promise.all(numbers.map(async (n) => {
      const { text } = await ask(this.home.socket, {
        type: "ingest_hook",
        source: "claude",
        payload: JSON.stringify({
          hook_event_name: "Notification",
          session_id: this.session,
          n,
          text: "x".repeat(chars),
        }),
        workspace: this.home.workspace,
      });
      return { n, ...JSON.parse(text) };
    }));
    const refusals = answers.filter(({ type }) => type !== "ack");
    assertEquals(refusals.filter(({ type }) => type !== "error"), []);
    for (const { n, type } of answers) if (type === "ack") this.acked.push(n);
    return refusals.map(({ message }) => message);
  }

  /** Checks that exactly the acknowledged events are stored, each once. */
  async check(): Promise<void> {
    const { session, events } = await detail(this.home, this.session);
    const stored = events.map(({ payload }) => payload.n);
    const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
    assertEquals(sorted(stored), sorted(this.acked));
    assertEquals(session.totals.events, stored.length);
  }
}

async function detail(
  { socket, workspace }: Home,
  id: string,
): Promise<
  {
    type: string;
    message: string;
    session: { totals: { events: number } };
    events: { payload: { n: number } }[];
  }
> {
  const request = { type: "get_session_detail", id, workspace } as const;
  return JSON.parse((await ask(socket, request)).text);
}

Deno.test({
  name:
    "on a full disk the daemon reports an error, answers reads, and stores events again when there is space",
  ignore: !hasDisk,
  fn: async () => {
    await using home = await tempHome();
    await using disk = await Disk.mount(home.home, "4m");
    const feed = new Feed(home);
    {
      await using daemon = await home.startDaemon();
      for (let round = 0; round < 3; round++) {
        assertEquals(await feed.send(CLIENTS), []);
        await disk.fill();
        // The files may still have some space.
        let refusals: string[] = [];
        while (refusals.length < CLIENTS) refusals = await feed.send(CLIENTS);
        const full = "Cannot store event: database or disk is full";
        assertEquals(new Set(refusals), new Set([full]));
        await feed.check();
        const { pid, last_error } = await askStatus(home.socket);
        assertEquals([pid, last_error], [daemon.pid, full]);
        assertEquals((await home.run(["events"])).code, 0);
        await disk.empty();
      }
      assertEquals(await feed.send(CLIENTS), []);
      await disk.fill();
      while ((await feed.send(CLIENTS)).length < CLIENTS);
      assertEquals((await daemon.stop()).code, 0);
    }
    await using _daemon = await home.startDaemon();
    await feed.check();
    while ((await feed.send(CLIENTS)).length < CLIENTS);
    await disk.empty();
    assertEquals(await feed.send(CLIENTS), []);
    await feed.check();
  },
});

Deno.test({
  name: "a daemon that finds too little space for its store says so",
  ignore: !hasDisk,
  fn: async () => {
    for (const kib of [4, 16, 28, 40]) {
      await using home = await tempHome();
      await using disk = await Disk.mount(home.home, "1m");
      await disk.fill(kib * 1024);
      const { code, stderr } = await home.run(RUN, TEXT);
      assertEquals(code, 74);
      assertMatch(stderr, /disk is full|No space left on device/, `${kib} KiB`);
      const files = await Array.fromAsync(Deno.readDir(home.home));
      assertEquals(files.filter(({ name }) => name.endsWith("-probe")), []);
    }
  },
});

Deno.test({
  name: "the log of a daemon whose disk was full has complete lines only",
  ignore: !hasDisk,
  fn: async () => {
    await using home = await tempHome();
    await using disk = await Disk.mount(home.home, "4m");
    assertEquals((await home.run(START)).code, 0);
    const feed = new Feed(home);
    await disk.fill();
    let refused = 0;
    while (refused < 10 * CLIENTS) refused += (await feed.send(CLIENTS)).length;
    await disk.empty();
    assertEquals(await feed.send(CLIENTS), []);
    assertEquals((await home.run(["stop"])).code, 0);
    const log = await Deno.readTextFile(`${home.home}/daemon.log`);
    const lines = log.trim().split("\n").map((line) => JSON.parse(line));
    const messages = lines.map(({ message }) => message);
    assert(messages.includes("request failed"), log);
    assertEquals(messages.at(-1), "daemon stopped");
  },
});

Deno.test({
  name:
    "on a disk that has become read-only the daemon reports an error, answers reads, and keeps acknowledged events",
  ignore: !hasFailingDisk,
  fn: async () => {
    await using home = await tempHome();
    await using disk = await FailingDisk.mount(home.home);
    await Deno.chmod(home.home, 0o700);
    const feed = new Feed(home);
    {
      await using daemon = await home.startDaemon();
      assertEquals(await feed.send(CLIENTS), []);
      await disk.fail();
      const refusals = await feed.send(CLIENTS);
      assertEquals(refusals.length, CLIENTS);
      for (const words of refusals) {
        assertEquals(
          words,
          "Cannot store event: disk I/O error (Read-only file system)",
        );
      }
      await feed.check();
      assertEquals((await askStatus(home.socket)).pid, daemon.pid);
      assertEquals((await daemon.stop()).code, 0);
    }
    // In the foreground: a background daemon could still use the folder of the disk for a moment.
    const { code, stderr } = await home.run(RUN, TEXT);
    assertEquals(code, 74);
    assertStringIncludes(stderr, "Read-only file system");
    await disk.mend();
    await using _daemon = await home.startDaemon();
    await feed.check();
    assertEquals(await feed.send(CLIENTS), []);
    await feed.check();
  },
});

const locks: [
  name: string,
  words: string,
  how: (disk: Disk) => Promise<unknown>,
  back: (disk: Disk) => Promise<unknown>,
][] = [
  [
    "its home",
    "Read-only file system",
    (disk) => disk.remount("ro"),
    (disk) => disk.remount("rw"),
  ],
  [
    "its store",
    "attempt to write a readonly database",
    (disk) => disk.lock("store.db"),
    (disk) => disk.unlock("store.db"),
  ],
];
for (const [name, words, lock, unlock] of locks) {
  Deno.test({
    name: `the daemon refuses to start if ${name} is read-only`,
    ignore: !hasDisk,
    fn: async () => {
      await using home = await tempHome();
      await using disk = await Disk.mount(home.home, "4m");
      const feed = new Feed(home);
      {
        await using _daemon = await home.startDaemon();
        assertEquals(await feed.send(CLIENTS), []);
      }
      await lock(disk);
      for (const args of [RUN, START]) {
        const { code, stdout, stderr } = await home.run(args, TEXT);
        assertEquals([code, stdout], [74, ""], stderr);
        assertStringIncludes(stderr, words);
      }
      await unlock(disk);
      await using _daemon = await home.startDaemon();
      await feed.check();
      assertEquals(await feed.send(CLIENTS), []);
    },
  });
}

/** Writes random bytes into a file. */
function spoil(path: string, from: number, bytes: number): void {
  const { atime, mtime } = Deno.statSync(path);
  overwrite(path, from, bytes);
  // A broken disk reports nothing.
  if (atime !== null && mtime !== null) Deno.utimeSync(path, atime, mtime);
}

function overwrite(path: string, from: number, bytes: number): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(from, Deno.SeekMode.Start);
  const noise = Uint8Array.from({ length: bytes }, (_, i) => (i * 7919) % 251);
  for (let at = 0; at < bytes;) at += file.writeSync(noise.subarray(at));
}

async function filesOf(home: Home): Promise<Uint8Array[]> {
  return await Promise.all(
    ["", "-wal"].map((end) =>
      Deno.readFile(`${home.home}/store.db${end}`).catch(() => NOTHING)
    ),
  );
}

function alter(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

const spoilt: [name: string, words: string[], (store: string) => void][] = [
  [
    "a damaged header",
    ["it is damaged", "It was left as it is: move it away"],
    (path) => spoil(path, 0, 100),
  ],
  [
    "a damaged middle",
    ["it is damaged", "It was left as it is: move it away"],
    (path) => spoil(path, 3 * 4096, 8 * 4096),
  ],
  [
    "its end cut off",
    ["it is damaged", "It was left as it is: move it away"],
    (path) => Deno.truncateSync(path, 5 * 4096),
  ],
  [
    "a later version",
    ["current version", "A later kaizen wrote it: use that one"],
    (path) => alter(path, "PRAGMA user_version = 99"),
  ],
  [
    "another program's mark",
    ["the database of another program", "move it away"],
    (path) => alter(path, "PRAGMA application_id = 7"),
  ],
];
for (const [name, words, make] of spoilt) {
  Deno.test(`the daemon refuses to start on a store with ${name}, says what to do, and does not change it`, async () => {
    await using home = await tempHome();
    {
      await using _daemon = await home.startDaemon();
      assertEquals(await new Feed(home).send(40), []);
    }
    make(`${home.home}/store.db`);
    const before = await filesOf(home);
    for (const args of [RUN, START]) {
      const { code, stdout, stderr } = await home.run(args, TEXT);
      assertEquals([code, stdout], [74, ""], stderr);
      for (const some of words) assertStringIncludes(stderr, some);
      assertStringIncludes(stderr, `${home.home}/store.db`);
      assert(!stderr.includes("***"), stderr);
    }
    assertEquals(await filesOf(home), before);
    assertEquals((await home.run(["status"])).code, 3);
  });
}

const damages: [
  where: string,
  from: (size: number) => number,
  bytes: number,
][] = [
  ["the header", () => 0, 100],
  ["the middle", (size) => size / 4, LARGE_BYTES / 2],
];
for (const [where, from, bytes] of damages) {
  Deno.test(`a daemon that finds damage in ${where} of its store says what to do, writes nothing more, and does not start again on it`, async () => {
    await using home = await tempHome();
    const store = `${home.home}/store.db`;
    {
      await using _daemon = await home.startDaemon();
      const ids = Array.from({ length: 10 }, (_, i) => `s${i}`);
      for (const id of ids) {
        assertEquals(await new Feed(home, id).send(30, 40_000), []);
      }
    }
    {
      await using daemon = await home.startDaemon();
      const { size } = await Deno.stat(store);
      assert(size > LARGE_BYTES, `${size}`);
      spoil(store, from(size), bytes);
      const met = await detail(home, "s5");
      assertEquals(met.type, "error");
      const words = [
        "it is damaged",
        `"${store}"`,
        "Nothing more is written to it: stop the daemon (kaizen stop), then move it away",
      ];
      for (const some of words) assertStringIncludes(met.message, some);
      const before = await filesOf(home);
      for (const id of ["s0", "new"]) {
        const refusals = await new Feed(home, id).send(CLIENTS);
        assertEquals(refusals.length, CLIENTS);
        for (const refusal of refusals) {
          assertEquals(refusal, `Cannot store event: ${met.message}`);
        }
      }
      const { pid, last_error } = await askStatus(home.socket);
      assertEquals(pid, daemon.pid);
      assertStringIncludes(String(last_error), "it is damaged");
      const hook = await home.run(["ingest", "hook", "--source", "claude"], {
        stdin: '{"hook_event_name":"Stop","session_id":"waits"}',
      });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      assertEquals((await daemon.stop()).code, 0);
      assertEquals(await filesOf(home), before);
      for (const args of [RUN, START]) {
        const { code, stderr } = await home.run(args, TEXT);
        assertEquals(code, 74);
        assertStringIncludes(stderr, "It was left as it is: move it away");
      }
      assertEquals(await filesOf(home), before);
    }
    // As the message says.
    for (const end of ["", "-wal", "-shm"]) {
      await Deno.rename(store + end, `${store}.old${end}`).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
    await using _daemon = await home.startDaemon();
    await home.run(["spool", "flush"]);
    assertEquals(await sessionIds(home.socket, home.workspace), ["waits"]);
  });
}

Deno.test("a daemon whose store is removed acknowledges nothing more, and the next daemon stores the waiting events", async () => {
  await using home = await tempHome();
  const feed = new Feed(home);
  await using _first = await home.startDaemon();
  assertEquals(await feed.send(CLIENTS), []);
  for (const end of ["", "-wal", "-shm"]) {
    await Deno.remove(`${home.home}/store.db${end}`);
  }
  const refusals = await feed.send(CLIENTS);
  assertEquals(refusals.length, CLIENTS);
  for (const words of refusals) {
    assertStringIncludes(words, "its files were moved or removed");
    assertStringIncludes(words, "kaizen daemon restart");
  }
  await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: '{"hook_event_name":"Stop","session_id":"waits"}',
  });
  assertEquals((await home.run(["daemon", "restart"])).code, 0);
  await home.run(["spool", "flush"]);
  assertEquals(await sessionIds(home.socket, home.workspace), ["waits"]);
});

Deno.test("a daemon leaves a store alone that was moved away and written to by another program, and keeps its own WAL", async () => {
  await using home = await tempHome();
  const feed = new Feed(home);
  const moved = `${home.home}/moved.db`;
  {
    await using _daemon = await home.startDaemon();
    assertEquals(await feed.send(CLIENTS), []);
    // All that the daemon writes after its acknowledgements is written before the answer.
    assertEquals(await sessionIds(home.socket, home.workspace), ["s"]);
    await Deno.rename(`${home.home}/store.db`, moved);
    using other = new DatabaseSync(moved);
    other.exec("CREATE TABLE theirs (text)");
    other.exec("INSERT INTO theirs VALUES (hex(zeroblob(100000)))");
  }
  using other = new DatabaseSync(moved);
  const [check] = other.prepare("PRAGMA integrity_check").all();
  assertEquals(check?.["integrity_check"], "ok");
  assertEquals(other.prepare("SELECT * FROM theirs").all().length, 1);
  const names = await Array.fromAsync(Deno.readDir(home.home));
  const kept = /^store\.db-before-.*-wal$/;
  assertEquals(names.filter(({ name }) => kept.test(name)).length, 1);
});

Deno.test("a daemon whose store can no longer be read answers status, and doctor tells why", async () => {
  await using home = await tempHome();
  const feed = new Feed(home);
  await using _first = await home.startDaemon();
  assertEquals(await feed.send(CLIENTS), []);
  // A checkpoint of the daemon at that moment gives the file its length back.
  let refusals: string[] = [];
  for (let left = 20; left > 0 && refusals.length === 0; left--) {
    await Deno.truncate(`${home.home}/store.db`);
    refusals = await feed.send(1);
  }
  assertEquals(refusals.length, 1);
  const { code, stdout, stderr } = await home.run(["status"]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(JSON.parse(stdout).last_error, "Cannot use store");
  const doctor = JSON.parse((await home.run(["doctor"])).stdout);
  const found = doctor.findings.find(
    ({ check, level }: { check: string; level: string }) =>
      check === "daemon" && level === "fault",
  );
  assertStringIncludes(found.message, "Cannot use store");
});

Deno.test("sessions of all workspaces are not none if the store can no longer be read", async () => {
  await using home = await tempHome();
  {
    await using _first = await home.startDaemon();
    assertEquals(await new Feed(home).send(CLIENTS), []);
  }
  await using _daemon = await home.startDaemon();
  await Deno.truncate(`${home.home}/store.db`);
  const { code, stderr } = await home.run(["sessions", "--all-workspaces"]);
  assertEquals(code, 5);
  assertStringIncludes(stderr, "Cannot use store");
});

for (const end of ["-wal", "-shm"]) {
  Deno.test(`a daemon keeps what it has acknowledged when store.db${end} is removed and another program writes to the store`, async () => {
    await using home = await tempHome();
    const feed = new Feed(home);
    await using _first = await home.startDaemon();
    assertEquals(await feed.send(CLIENTS), []);
    await Deno.remove(`${home.home}/store.db${end}`);
    const refused = async () => {
      const refusals = await feed.send(CLIENTS);
      assertEquals(refusals.length, CLIENTS);
      for (const words of refusals) {
        assertStringIncludes(words, "kaizen daemon restart");
      }
    };
    await refused();
    {
      using other = new DatabaseSync(`${home.home}/store.db`);
      for (const work of ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]) {
        try {
          other.exec(work);
        } catch {
          // The index tells it of pages that are not in its new WAL.
        }
      }
    }
    await refused();
    assertEquals((await home.run(["daemon", "restart"])).code, 0);
    await feed.check();
  });
}

Deno.test("a daemon keeps what it has acknowledged when another program sets the time of its store", async () => {
  await using home = await tempHome();
  const feed = new Feed(home);
  await using _first = await home.startDaemon();
  assertEquals(await feed.send(CLIENTS), []);
  await Deno.utime(`${home.home}/store.db`, 1, 1);
  assertEquals(await feed.send(CLIENTS), []);
  assertEquals((await home.run(["daemon", "restart"])).code, 0);
  await feed.check();
});
