// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PATIENCE_MS, startChild } from "./_child.ts";
import { type Exchange, fakeDaemon, frame, send } from "./fake_daemon.ts";
import { isInstalled } from "./_terminal.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

/** A home whose socket a test listens at. */
async function fakeHome(
  reply: (exchange: Exchange) => Promise<void> | void,
): Promise<
  AsyncDisposable & { home: Home; daemon: ReturnType<typeof fakeDaemon> }
> {
  const home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  const daemon = fakeDaemon(home.socket, reply);
  return {
    home,
    daemon,
    [Symbol.asyncDispose]: async () => {
      await daemon[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

const SESSION =
  '{"id":"s1","agent":"claude","model":null,"workspace":"/w","started_at_ms":1714000000000,"ended_at_ms":null,"status":"Running","trace_path":"","start_commit":null,"end_commit":null,"branch":null,"dirty_start":null,"dirty_end":null,"repo_binding_source":null,"prompt_fingerprint":null,"parent_session_id":null,"agent_version":null,"os":null,"arch":null,"repo_file_count":null,"repo_total_loc":null}';
const event = (seq: number, payload = "{}") =>
  `{"session_id":"s1","seq":${seq},"ts_ms":1714000000000,"ts_exact":true,"kind":"Hook","source":"Hook","tool":null,"tool_call_id":null,"tokens_in":null,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":null,"stop_reason":null,"latency_ms":null,"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null,"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":${payload}}`;

Deno.test("detail -o json prints the daemon's bytes, unknown fields, spaces and great integers included", async () => {
  const body =
    `{ "type":"detail", "new":[1.0,1e2], "session":${SESSION},"events":[${
      event(0, '{"n":18446744073709551615,"é":"\\u00e9"}')
    }],"spans":[] }`;
  await using fake = await fakeHome(({ answer }) => answer(body));
  const { code, stdout, stderr } = await fake.home.run(["detail", "s1"]);
  assertEquals({ code, stdout, stderr }, {
    code: 0,
    stdout: `${body}\n`,
    stderr: "",
  });
});

Deno.test("detail asks in the current workspace, then everywhere", async () => {
  await using fake = await fakeHome(({ request, answer }) =>
    answer(
      request.workspace === null
        ? `{"type":"detail","session":${SESSION},"events":[],"spans":[]}`
        : '{"type":"detail","session":null,"events":[],"spans":[]}',
    )
  );
  const { code } = await fake.home.run(["detail", "s1"]);
  assertEquals(code, 0);
  assertEquals(fake.daemon.requests, [
    { type: "get_session_detail", id: "s1", workspace: fake.home.workspace },
    { type: "get_session_detail", id: "s1", workspace: null },
  ]);
});

for (const format of ["json", "ndjson", "text"]) {
  Deno.test(`detail -o ${format} never makes a frame that ends early look complete`, async () => {
    const body =
      `{"type":"detail","session":${SESSION},"events":[],"spans":[]}`;
    // All of the document is there, but not all of the frame.
    await using fake = await fakeHome(({ conn }) =>
      send(conn, frame(`${body}  `).subarray(0, -1))
    );
    const result = await fake.home.run(["detail", "s1", "-o", format]);
    assertEquals(result.code, 6);
    assertStringIncludes(result.stderr, "inside its answer");
    if (format === "json") {
      assertEquals(JSON.parse(result.stdout).type, "error");
    } else assert(!result.stdout.includes('"spans"'));
  });
}

for (
  const [where, space, more] of [
    ["inside", "", -2],
    ["before its last brace", "", -1],
    ["after its last brace", " ", -1],
    ["inside of the white space after it", " \n\t\r   ", -3],
    ["inside of much white space after it", " ".repeat(300_000), -1],
  ] as const
) {
  Deno.test(`detail -o json of a long frame that ends ${where} leaves a document without its end`, async () => {
    const body =
      `{"type":"detail","session":${SESSION},"events":[],"spans":[],"x":{"y":"${
        "x".repeat(300_000)
      }"}}`;
    await using fake = await fakeHome(({ conn }) =>
      send(conn, frame(`${body}${space}`).subarray(0, more))
    );
    const { code, stdout, stderr } = await fake.home.run(["detail", "s1"]);
    assertEquals(code, 6);
    assertStringIncludes(stderr, "inside its answer");
    // All but the brace that was last to come.
    assert(stdout === body.slice(0, space === "" ? -2 : -1));
  });
}

Deno.test("detail -o json prints a long answer whole, at every position of its braces and white space", async () => {
  const events = Array.from(
    { length: 3000 },
    (_, i) => event(i, `{"x":${" ".repeat(i % 97)}{}}`),
  );
  const body = `{"type":"detail","session":${SESSION},"events":[${
    events.join("  ,\n  ")
  }],"spans":[]}\n \n`;
  await using fake = await fakeHome(async ({ conn }) => {
    const whole = frame(body);
    // Pieces end everywhere: with a brace, with white space, with both.
    for (let at = 0; at < whole.length; at += 1009) {
      await send(conn, whole.subarray(at, at + 1009));
    }
  });
  const { code, stdout } = await fake.home.run(["detail", "s1"]);
  assertEquals(code, 0);
  assert(stdout === `${body}\n`);
});

Deno.test("detail -o json refuses white space without end", async () => {
  const body = `{"type":"detail","session":${SESSION},"events":[],"spans":[]}${
    " ".repeat(20_000_000)
  }`;
  await using fake = await fakeHome(({ answer }) => answer(body));
  const { code, stdout } = await fake.home.run(["detail", "s1"]);
  assertEquals(code, 6);
  assert(!stdout.includes('"spans":[]}'));
});

Deno.test("detail -o ndjson prints a record before the next one has come", async () => {
  const gate = Promise.withResolvers<void>();
  await using fake = await fakeHome(async ({ conn }) => {
    const whole = frame(
      `{"type":"detail","session":${SESSION},"events":[${event(0)},${
        event(1)
      }],"spans":[]}`,
    );
    await send(conn, whole.subarray(0, -100));
    await gate.promise;
    await send(conn, whole.subarray(-100));
  });
  const process = fake.home.spawn(["detail", "s1", "-o", "ndjson"]);
  const first = JSON.parse(await process.nextLine() ?? "null");
  const second = JSON.parse(await process.nextLine() ?? "null");
  assertEquals([first.record, first.id], ["session", "s1"]);
  assertEquals([second.record, second.seq], ["event", 0]);
  gate.resolve();
  assertEquals(JSON.parse(await process.nextLine() ?? "null").seq, 1);
  assertEquals((await process.ended).code, 0);
});

Deno.test("sessions -o ndjson prints a record before the next one has come, and a page before the next one is asked for", async () => {
  for (const limit of [["--limit", "5"], ["--limit", "0"]]) {
    const row = (id: string) => SESSION.replace('"s1"', `"${id}"`);
    const gate = Promise.withResolvers<void>();
    await using fake = await fakeHome(async ({ request, answer, conn }) => {
      if (Number(request.offset) > 0) {
        return await answer(
          `{"type":"sessions","rows":[${row("b")},${
            row("c")
          }],"total":3,"next_offset":null}`,
        );
      }
      const whole = frame(
        `{"type":"sessions","rows":[${row("a")},${
          row("b")
        }],"total":3,"next_offset":2}`,
      );
      await send(conn, whole.subarray(0, -100));
      await gate.promise;
      await send(conn, whole.subarray(-100));
    });
    const args = ["sessions", "-o", "ndjson", ...limit];
    const process = fake.home.spawn(args);
    assertEquals(JSON.parse(await process.nextLine() ?? "null").id, "a");
    assertEquals(fake.daemon.requests.length, 1);
    gate.resolve();
    const { code, stdout } = await process.ended;
    const ids = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).id);
    assertEquals(code, 0);
    assertEquals(ids, limit.includes("0") ? ["a", "b", "c"] : ["a", "b"]);
  }
});

for (const next of ["0", "18446744073709551615"]) {
  Deno.test(`sessions --limit 0 does not follow pages to offset ${next}`, async () => {
    await using fake = await fakeHome(({ answer }) =>
      answer(
        `{"type":"sessions","rows":[${SESSION}],"total":9,"next_offset":${next}}`,
      )
    );
    const { code, stdout } = await fake.home.run(["sessions", "--limit", "0"]);
    assertEquals([code, JSON.parse(stdout).code], [6, "protocol_error"]);
    assertEquals(fake.daemon.requests.length, 1);
  });
}

Deno.test("sessions --limit 0 ends if page after page repeats the one before", async () => {
  await using fake = await fakeHome(({ request, answer }) => {
    const next = Number(request.offset) + 1;
    return answer(
      `{"type":"sessions","rows":[${SESSION}],"total":9,"next_offset":${next}}`,
    );
  });
  const { code, stderr } = await fake.home.run(["sessions", "--limit", "0"]);
  assertEquals(code, 6);
  assertStringIncludes(stderr, "its page at offset 20 only repeats the pages");
  assertEquals(fake.daemon.requests.length, 21);
});

Deno.test("sessions --limit 0 goes on after a page of sessions that have moved", async () => {
  await using fake = await fakeHome(({ request, answer }) => {
    const offset = Number(request.offset);
    const row = offset < 2 ? SESSION : SESSION.replace("s1", "s2");
    const next = offset < 2 ? offset + 1 : null;
    return answer(
      `{"type":"sessions","rows":[${row}],"total":3,"next_offset":${next}}`,
    );
  });
  const { code, stdout } = await fake.home.run(["sessions", "--limit", "0"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, '"id":"s2"');
});

Deno.test("detail -o ndjson puts a payload with line breaks on one line", async () => {
  const payload = '{\n  "a": 1,\r\n  "b": "x\\ny"\n}';
  const body = `{"type":"detail","session":${SESSION},"events":[${
    event(0, payload)
  }],"spans":[]}`;
  await using fake = await fakeHome(({ answer }) => answer(body));
  const { code, stdout } = await fake.home.run([
    "detail",
    "s1",
    "-o",
    "ndjson",
  ]);
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 2);
  assertEquals(JSON.parse(lines[1] ?? "").payload, { a: 1, b: "x\ny" });
});

const MIB = 1024 * 1024;
/**
 * Memory that a program may take while an answer of 100 MiB goes through, in MiB above its need
 * before the first byte.
 */
const THROUGH_MIB = 16;
/** The same where it is cut into records, which makes garbage. */
const RECORDS_MIB = 48;
/** The same for white space, which is held until it is clear that the document goes on. */
const SPACE_MIB = 64;

/** The most memory that a process has had, in MiB. */
function peakMib(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+)/.exec(text)?.[1]) / 1024;
}

const through: [
  args: string[],
  filling: string,
  mib: number,
  limit: number,
][] = [
  [["detail", "s1"], "events", 100, THROUGH_MIB],
  [["detail", "s1", "-o", "ndjson"], "events", 100, RECORDS_MIB],
  [["detail", "s1", "--events"], "events", 100, RECORDS_MIB],
  [["detail", "s1"], "white space", 15, SPACE_MIB],
];
for (const [args, filling, mib, limit] of through) {
  Deno.test({
    name: `${
      args.join(" ")
    } of ${mib} MiB of ${filling} needs at most ${limit} MiB for it`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const asked = Promise.withResolvers<void>();
      const measured = Promise.withResolvers<void>();
      const last = Promise.withResolvers<void>();
      await using fake = await fakeHome(async ({ conn }) => {
        asked.resolve();
        await measured.promise;
        const one = new TextEncoder().encode(
          filling === "events"
            ? `,${event(1, `"${"x".repeat(3000)}"`)}`
            : " ".repeat(3000),
        );
        const head = new TextEncoder().encode(
          `{"type":"detail","session":${SESSION},"events":[${event(0)}`,
        );
        const tail = new TextEncoder().encode('],"spans":[]}');
        const count = Math.ceil(mib * MIB / one.length);
        const length = head.length + count * one.length + tail.length;
        const header = new Uint8Array(4);
        new DataView(header.buffer).setUint32(0, length);
        await send(conn, header);
        await send(conn, head);
        for (let i = 0; i < count; i++) await send(conn, one);
        await send(conn, tail.subarray(0, 1));
        await last.promise;
        await send(conn, tail.subarray(1));
      });
      const { home } = fake;
      const child = startChild(home, args, "inherit");
      await asked.promise;
      const before = peakMib(child.pid);
      measured.resolve();
      let printed = 0;
      let peak = 0;
      for await (const chunk of child.stdout) {
        printed += chunk.length;
        // All but the tail has come through, and the program waits for that.
        if (peak === 0 && printed > (mib - 1) * MIB) {
          peak = peakMib(child.pid);
          last.resolve();
        }
      }
      // For a program that ended too early; the daemon is waited for at the end.
      last.resolve();
      assertEquals((await child.status).code, 0);
      assert(printed > mib * MIB);
      assert(peak - before <= limit, `${before} before, ${peak} MiB at most`);
    },
  });
}

Deno.test("sessions -o text holds a limited part of a list that never ends", async () => {
  let rows = 0;
  await using fake = await fakeHome(async ({ conn }) => {
    const endless = frame('{"type":"sessions","rows":[');
    new DataView(endless.buffer).setUint32(0, 0xffff_fffe);
    await send(conn, endless);
    const model = "m".repeat(MIB);
    for (; rows < 300; rows++) {
      const row = SESSION.replace('"model":null', `"model":"${model}"`)
        .replace('"s1"', `"s${rows}"`);
      await send(conn, new TextEncoder().encode(`${row},`));
    }
  });
  const { code, stderr } = await fake.home.run(["sessions", "-o", "text"]);
  assertEquals(code, 6);
  assertStringIncludes(
    stderr,
    "Cannot hold an answer of more than 268435456 bytes: ask for less with --limit or --since",
  );
  assert(rows < 300);
});

const refused: [name: string, body: string, code: number, object: unknown][] = [
  [
    "an error",
    '{"type":"error","message":"no such thing","supported_min":null,"supported_max":null,"extra":18446744073709551615}',
    5,
    {
      type: "error",
      code: "daemon_error",
      message: "The daemon answered with an error: no such thing",
      supported_min: null,
      supported_max: null,
      extra: 18446744073709551615,
      exit: 5,
    },
  ],
  [
    "an unsupported version",
    '{"type":"error","message":"unsupported proto_version 1","supported_min":2,"supported_max":3}',
    6,
    {
      type: "error",
      code: "unsupported_version",
      message: "unsupported proto_version 1",
      supported_min: 2,
      supported_max: 3,
      exit: 6,
    },
  ],
  [
    "an error that has a code and an exit of its own",
    '{"type":"error","message":"no","code":"fine","exit":0}',
    5,
    {
      type: "error",
      code: "daemon_error",
      message: "The daemon answered with an error: no",
      supported_min: null,
      supported_max: null,
      exit: 5,
    },
  ],
  [
    "an error that nests deeper than it could be printed",
    `{"type":"error","message":"no","x":${"[".repeat(5000)}${
      "]".repeat(5000)
    }}`,
    6,
    null,
  ],
  [
    "an error of 1 MiB",
    `{"type":"error","message":"${"x".repeat(1024 * 1024)}"}`,
    5,
    null,
  ],
  ["a body of no bytes", "", 6, null],
  ["a NUL byte", '{"type":"sessions",\0"rows":[]}', 6, null],
  ["another type", '{"type":"ack","message":"hm"}', 6, null],
  ["no type", '{"rows":[]}', 6, null],
  ["no object", "[1]", 6, null],
  ["two values", '{"type":"sessions","rows":[],"total":0} {}', 6, null],
  ["no JSON", '{"type":"sessions",', 6, null],
];
for (const [name, body, code, object] of refused) {
  for (const format of ["json", "ndjson", "text"]) {
    Deno.test(`sessions -o ${format} turns ${name} into exit ${code}`, async () => {
      await using fake = await fakeHome(({ answer }) => answer(body));
      const result = await fake.home.run(["sessions", "-o", format]);
      assertEquals(result.code, code);
      assert(result.stderr.startsWith("kaizen: "));
      if (format === "text") return assertEquals(result.stdout, "");
      const printed = JSON.parse(result.stdout);
      assertEquals([printed.type, printed.exit], ["error", code]);
      if (object !== null) assertEquals(printed, object);
      if (name === "an error") {
        assertStringIncludes(result.stdout, '"extra":18446744073709551615,');
      }
    });
  }
}

const broken: [name: string, args: string[], body: string][] = [
  ["rows that are no objects", ["sessions"], '{"type":"sessions","rows":[1]}'],
  ["no rows", ["sessions"], '{"type":"sessions","total":0}'],
  [
    "a session that is none",
    ["detail", "s1"],
    '{"type":"detail","session":7,"events":[],"spans":[]}',
  ],
  [
    "events that are lists",
    ["detail", "s1", "--events"],
    `{"type":"detail","session":${SESSION},"events":[[1]],"spans":[]}`,
  ],
  [
    "something after its end",
    ["detail", "s1"],
    `{"type":"detail","session":${SESSION},"events":[],"spans":[]}${
      " ".repeat(70_000)
    }{}`,
  ],
  [
    "an error whose type comes late",
    ["sessions"],
    `{"message":"${"x".repeat(70_000)}","rows":[],"type":"error"}`,
  ],
];
for (const [name, args, body] of broken) {
  Deno.test(`${args.join(" ")} -o ndjson of an answer with ${name} never ends as if that was all`, async () => {
    await using fake = await fakeHome(({ answer }) => answer(body));
    const { code, stdout } = await fake.home.run([...args, "-o", "ndjson"]);
    assert(code === 5 || code === 6, `${code}`);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals([lines.at(-1).type, lines.at(-1).exit], ["error", code]);
  });
}

Deno.test("detail --events turns a session that is none into an error object", async () => {
  await using fake = await fakeHome(({ answer }) =>
    answer('{"type":"detail","session":7,"events":[],"spans":[]}')
  );
  const { code, stdout } = await fake.home.run(["detail", "s1", "--events"]);
  assertEquals([code, JSON.parse(stdout).code], [6, "protocol_error"]);
});

Deno.test("a daemon that closes without an answer is exit 6", async () => {
  await using fake = await fakeHome(() => {});
  const { code, stderr } = await fake.home.run(["sessions"]);
  assertEquals(code, 6);
  assertStringIncludes(stderr, "without an answer");
});

Deno.test("a daemon that does not answer is exit 4, after --timeout", async () => {
  const gate = Promise.withResolvers<void>();
  await using fake = await fakeHome(() => gate.promise);
  const { code, stdout } = await fake.home.run([
    "sessions",
    "--timeout",
    "100ms",
    "--json",
  ]);
  gate.resolve();
  assertEquals(code, 4);
  assertEquals(JSON.parse(stdout).code, "daemon_timeout");
});

Deno.test("a reader that goes away ends the run quietly with 141", async () => {
  const body =
    `{"type":"sessions","rows":[],"total":0,"next_offset":null,"x":"${
      "x".repeat(4_000_000)
    }"}`;
  await using fake = await fakeHome(({ answer }) => answer(body));
  const home = fake.home;
  const [program = "", ...first] = programCommand();
  const line = [
    program,
    ...first,
    "--home",
    home.home,
    "sessions",
    "-o",
    "json",
  ]
    .map((word) => `'${word}'`).join(" ");
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `${line} | head -c 5; exit \${PIPESTATUS[0]}`],
    env: { HOME: home.root },
  }).output();
  assertEquals(code, 141);
  assertEquals(new TextDecoder().decode(stdout), '{"typ');
  assertEquals(new TextDecoder().decode(stderr), "");
});

/** Runs `kaizen ARGS | head -1` in bash; ends it if the reader's end is not noticed. */
async function readOneLine(
  home: Home,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const line = [...programCommand(), "--home", home.home, ...args]
    .map((word) => `'${word}'`).join(" ");
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `${line} | head -1; exit \${PIPESTATUS[0]}`],
    env: { HOME: home.root },
    cwd: home.workspace,
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  const [out, err] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  return { code, stdout: out ?? "", stderr: err ?? "" };
}

for (
  const args of [
    ["sessions", "--watch"],
    ["sessions", "--watch", "1h"],
    ["sessions", "--watch", "10ms", "-o", "text"],
    ["detail", "s1", "--follow"],
    ["detail", "s1", "--follow", "-o", "text"],
  ]
) {
  Deno.test(`${args.join(" ")} ends with 141 when its reader goes away, even if nothing changes`, async () => {
    await using fake = await fakeHome(({ request, answer }) =>
      answer(
        request.type === "list_sessions"
          ? `{"type":"sessions","rows":[${SESSION}],"total":1,"next_offset":null}`
          : `{"type":"detail","session":${SESSION},"events":[${
            event(0)
          }],"spans":[]}`,
      )
    );
    const { code, stdout, stderr } = await readOneLine(fake.home, args);
    assertEquals([code, stderr], [141, ""]);
    assertEquals(stdout.split("\n").length, 2, stdout);
  });
}

Deno.test("sessions --watch ends with 141 when its reader goes away while no daemon is running", async () => {
  await using fake = await fakeHome(({ answer }) =>
    answer(
      `{"type":"sessions","rows":[${SESSION}],"total":1,"next_offset":null}`,
    )
  );
  const child = startChild(fake.home, ["sessions", "--watch", "10ms"], "null");
  const reader = child.stdout.getReader();
  await reader.read();
  await Deno.remove(fake.home.socket);
  await reader.cancel();
  assertEquals((await child.status).code, 141);
});

/**
 * Makes its stdout non-blocking, as some that start us do, and becomes the program that it is
 * given.
 */
const NON_BLOCKING =
  "fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK) or die; exec @ARGV";

for (const format of ["json", "ndjson", "text"]) {
  Deno.test({
    name:
      `detail -o ${format} loses and repeats nothing in a non-blocking pipe with a slow reader`,
    ignore: !isInstalled("perl"),
    async fn() {
      // More lines than a pipe takes, short ones and long ones.
      const events = Array.from(
        { length: 600 },
        (_, i) => event(i, `"${"x".repeat(i % 50 === 0 ? 9000 : i % 7)}"`),
      );
      const body = `{"type":"detail","session":${SESSION},"events":[${
        events.join(",")
      }],"spans":[]}`;
      await using fake = await fakeHome(({ answer }) => answer(body));
      const { home } = fake;
      const args = ["--home", home.home, "detail", "s1", "-o", format];
      const env = { HOME: home.root };
      const command = [...programCommand(), ...args];
      const { stdout: expected } = await home.run(args.slice(2));
      const child = new Deno.Command("perl", {
        args: ["-MFcntl", "-e", NON_BLOCKING, ...command],
        env,
        cwd: home.workspace,
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
        signal: AbortSignal.timeout(PATIENCE_MS),
      }).spawn();
      const decoder = new TextDecoder();
      let got = "";
      const reader = child.stdout.getReader({ mode: "byob" });
      while (true) {
        const { value, done } = await reader.read(new Uint8Array(1500));
        got += decoder.decode(value, { stream: true });
        if (done) break;
      }
      assertEquals((await child.status).code, 0);
      assert(got === expected, `${got.length} for ${expected.length}`);
    },
  });
}

Deno.test("SIGINT ends a run that waits with 130, quietly", async () => {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  await using fake = await fakeHome(async () => {
    asked.resolve();
    await gate.promise;
  });
  const process = fake.home.spawn(["sessions"]);
  await asked.promise;
  process.signal("SIGINT");
  const { code, stdout, stderr } = await process.ended;
  gate.resolve();
  assertEquals({ code, stdout, stderr }, { code: 130, stdout: "", stderr: "" });
});

for (
  const args of [
    ["detail", "s1", "--follow", "-o", "ndjson"],
    ["sessions", "--watch", "-o", "ndjson"],
  ]
) {
  Deno.test(`SIGINT ends ${args.join(" ")} whose reader has stopped reading`, async () => {
    // Longer than any pipe: once a byte of it has come, the program is in the midst of writing, and
    // stays there.
    const long = "x".repeat(2_000_000);
    await using fake = await fakeHome(({ request, answer }) =>
      answer(
        request.type === "list_sessions"
          ? `{"type":"sessions","rows":[${
            SESSION.replace("s1", long)
          }],"total":1,"next_offset":null}`
          : `{"type":"detail","session":${SESSION},"events":[${
            event(0, `"${long}"`)
          }],"spans":[]}`,
      )
    );
    const { home } = fake;
    const child = startChild(home, args, "null");
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGINT");
    const { code, signal } = await child.status;
    assertEquals({ code, signal }, { code: 130, signal: "SIGINT" });
    await reader.cancel();
  });
}
