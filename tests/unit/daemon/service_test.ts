// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type DaemonRequest, HOOK_SOURCES } from "../../../src/proto/mod.ts";
import { readExamples, REFUSALS } from "../../fixtures/worked_examples.ts";
import { asObject, event, list, NOW, TestService } from "./_service.ts";

const ACK = { type: "ack", message: "ingested" };

/** A session as the reference shows it. */
const EXACT_KEYS = [
  "id",
  "workspace",
  "dirty_start",
  "dirty_end",
  "repo_binding_source",
  "prompt_fingerprint",
  "repo_file_count",
  "repo_total_loc",
];

function errorOf(message: string) {
  return { type: "error", message, supported_min: null, supported_max: null };
}

for (
  const { name, title, steps } of readExamples({
    workspace: "/w/app",
    now: NOW,
  })
) {
  Deno.test(`Service answers as in worked example ${name}: ${title}`, async () => {
    await using it = new TestService();
    for (const step of steps) {
      switch (step.do) {
        case "ingest": {
          const source = HOOK_SOURCES.find((known) => known === step.source);
          if (!source) throw new TypeError(`unknown source ${step.source}`);
          assertEquals(await it.ingest(source, step.payload), ACK);
          break;
        }
        case "restart":
          await it.restart();
          break;
        case "expect": {
          // The other fields of a session are from truth.md, not the reference.
          const { session, events } = await it.detail(step.id);
          const told = asObject(session);
          for (const key of EXACT_KEYS) {
            assertEquals(told[key], step.session[key], key);
          }
          assertEquals(events, step.events);
        }
      }
    }
  });
}

Deno.test("hello names version and daemon, and refuses another version without remembering it", async () => {
  await using it = new TestService();
  const hello = { type: "hello", client: "cli", proto_version: 1 } as const;
  assertEquals(await it.ask(hello), {
    type: "hello",
    proto_version: 1,
    daemon_version: "9.9.9",
    workspaces: [],
  });
  assertEquals(await it.ask({ ...hello, proto_version: 2 }), {
    type: "error",
    message: "unsupported proto_version 2",
    supported_min: 1,
    supported_max: 1,
  });
  assertEquals((await it.ask({ type: "status" })).last_error, null);
});

Deno.test("hello lists all workspaces, even of deleted directories, that with the newest activity first", async () => {
  await using it = new TestService();
  const path = (name: string) => `${it.folder.path}/${name}`;
  for (const name of ["a", "b", "gone", "file"]) await Deno.mkdir(path(name));
  for (
    const [name, timestamp_ms] of [["a", 10], ["b", 20], ["gone", 30], [
      "file",
      40,
    ]] as const
  ) {
    await it.ingest("cursor", event("s", { timestamp_ms }), path(name));
  }
  await Deno.remove(path("gone"));
  await Deno.remove(path("file"));
  await Deno.writeTextFile(path("file"), "");
  const workspaces = async () =>
    (await it.ask({ type: "hello", client: "cli", proto_version: 1 }))
      .workspaces;
  assertEquals(await workspaces(), ["file", "gone", "b", "a"].map(path));
  await it.ingest("cursor", event("t", { timestamp_ms: 50 }), path("a"));
  assertEquals(await workspaces(), ["a", "file", "gone", "b"].map(path));
  await it.restart();
  assertEquals(await workspaces(), ["a", "file", "gone", "b"].map(path));
});

Deno.test("status reports the process, the queue, the last error and the store", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("s"));
  await it.ingest("cursor", event("s"));
  const { store, transcripts, ...status } = await it.ask({ type: "status" });
  assertEquals(transcripts, {
    read: 0,
    missing: 0,
    unreadable: 0,
    waiting: 0,
    prices_fault: null,
  });
  assertEquals(status, {
    type: "status",
    pid: 4242,
    uptime_ms: 1234,
    queue_depth: 0,
    last_error: null,
    last_error_ms: null,
    last_stored_ms: NOW,
    capture: [],
  });
  const { bytes, ...counts } = asObject(store);
  assertEquals(counts, { sessions: 1, events: 2 });
  const files = [it.path, `${it.path}-wal`].map((path) =>
    Deno.statSync(path).size
  );
  assertEquals(bytes, files[0]! + files[1]!);
});

Deno.test("the refusals of E23 have the reference's messages, store nothing, and the last one stays", async () => {
  await using it = new TestService();
  const status = async () => await it.ask({ type: "status" });
  for (const [source, payload, message] of REFUSALS) {
    const answer = await it.ingest(source, payload);
    assertStringIncludes(String(answer.message), message);
    assertEquals(answer, errorOf(String(answer.message)));
    const { last_error, last_error_ms } = await status();
    assertEquals([last_error, last_error_ms], [answer.message, NOW]);
  }
  assertEquals(await it.ask(list({})), {
    type: "sessions",
    rows: [],
    total: 0,
    next_offset: null,
  });
  assertEquals(await it.ingest("cursor", event("s")), ACK);
  await it.ask({ type: "hello", client: "cli", proto_version: 2 });
  assertEquals(
    (await status()).last_error,
    "vibe hook: missing 'session_id' field",
  );
});

const foreign: DaemonRequest[] = [
  { type: "ensure_workspace_capture", workspace: "/w", deep: false },
  { type: "ensure_proxy", workspace: "/w", provider: "openai" },
  { type: "begin_observed_session", workspace: "/w", agent: "cursor" },
];
for (const request of foreign) {
  Deno.test(`${request.type} is answered with a message`, async () => {
    await using it = new TestService();
    assertEquals(
      await it.ask(request),
      errorOf(`This daemon does not do "${request.type}"`),
    );
  });
}
