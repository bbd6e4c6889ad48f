// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Paths as the system sees them. Only the program as users run it shows this: where all is allowed,
 * Deno leaves paths alone.
 */
import { assert, assertEquals } from "@std/assert";
import { ask, exists, ingest, sessionIds } from "./_socket.ts";
import { type Home, tempHome } from "./harness.ts";

/** A home with `a/b`, and `link` beside them that leads there: `link/..` is `a`. */
async function linkedHome(): Promise<Home> {
  const home = await tempHome();
  await Deno.mkdir(`${home.root}/a/b`, { recursive: true });
  await Deno.symlink(`${home.root}/a/b`, `${home.root}/link`);
  return home;
}

Deno.test("a daemon goes up from where a link leads to, and up from nowhere goes nowhere", async () => {
  await using home = await linkedHome();
  await using _daemon = await home.startDaemon();
  const { root, socket } = home;
  await Deno.writeTextFile(`${root}/file`, "");
  const places: [written: string, stored: string][] = [
    ["link/..", "a"],
    ["link/../b/.", "a/b"],
    ["a//b/", "a/b"],
    ["gone/../w", "gone/../w"],
    ["file/", "file/"],
    ["file/.", "file/."],
    ["file/../w", "file/../w"],
  ];
  for (const [index, [written]] of places.entries()) {
    await ask(socket, ingest(`s${index}`, `${root}/${written}`));
  }
  for (const [index, [written, stored]] of places.entries()) {
    const ids = await sessionIds(socket, `${root}/${stored}`);
    assert(ids.includes(`s${index}`), written);
  }
  assertEquals(await sessionIds(socket, home.workspace), []);
});

Deno.test("a daemon refuses a workspace with a zero byte, for every request", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const workspace = `${home.workspace}\0`;
  const answers = await Promise.all([
    ask(home.socket, ingest("s", workspace)),
    ask(home.socket, {
      type: "list_sessions",
      workspace,
      offset: 0,
      limit: 1,
      filter: {},
    }),
    ask(home.socket, { type: "get_session_detail", id: "s", workspace }),
  ]);
  assertEquals(
    answers.map(({ text }) => JSON.parse(text).message),
    Array(3).fill("file name contained an unexpected NUL byte"),
  );
  assertEquals(await sessionIds(home.socket, home.workspace), []);
});

Deno.test("a daemon takes a relative workspace from where it runs, also one that is not there", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (const workspace of [".", "", "sub"]) {
    await ask(home.socket, ingest(`s${workspace}`, workspace));
    const { text } = await ask(home.socket, {
      type: "get_session_detail",
      id: `s${workspace}`,
      workspace,
    });
    const { session, events } = JSON.parse(text);
    assertEquals([workspace, session?.id, events.length], [
      workspace,
      `s${workspace}`,
      1,
    ]);
  }
});

Deno.test("sessions --workspace goes up from where a link leads to", async () => {
  await using home = await linkedHome();
  await using _daemon = await home.startDaemon();
  await ask(home.socket, ingest("s", `${home.root}/a`));
  const { stdout } = await home.run([
    "sessions",
    "--workspace",
    `${home.root}/link/..`,
  ]);
  assertEquals(JSON.parse(stdout).total, 1);
});

Deno.test("a home is where the system finds it, for daemon and client", async () => {
  await using home = await linkedHome();
  const env = { KAIZEN_HOME: `${home.root}/link/../h` };
  const start = await home.run(["daemon", "start", "--background"], { env });
  const run = await home.run(["status"], {
    env: { KAIZEN_HOME: `${home.root}/a/h` },
  });
  await home.run(["stop"], { env });
  assertEquals([start.code, run.code], [0, 0]);
  assert(await exists(`${home.root}/a/h/store.db`));
});
