// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  ask,
  type ClientOptions,
  HELLO,
  NotRunningError,
  openAnswer,
  ProtocolError,
  RemoteError,
  SocketError,
  TimedOutError,
} from "../../../src/client/mod.ts";
import { pause } from "../../../src/context/mod.ts";
import {
  encodeFrame,
  encodeHeader,
  readFrame,
  writeAll,
} from "../../../src/frame/mod.ts";
import {
  decodeAnswer,
  encodeRequest,
  MAX_REQUEST_BYTES,
  type RequestName,
  type RequestOf,
} from "../../../src/proto/mod.ts";
import { type Behaviour, FakeDaemon, readAll } from "./fake_daemon.ts";

function optionsFor(socket: string, timeoutMs = 5000): ClientOptions {
  return {
    socket,
    connect: (path) => Deno.connect({ transport: "unix", path }),
    timeoutMs,
  };
}

const encoder = new TextEncoder();

/** Answers each request with `text` in one frame, and adds the request to `asked`. */
function answering(text: string, asked: unknown[] = []): Behaviour {
  return async (conn) => {
    const body = await readFrame(conn, MAX_REQUEST_BYTES);
    const [head = "", ...rest] = new TextDecoder().decode(body).split("\n");
    const payloads = encoder.encode(rest.join("\n"));
    asked.push({
      ...JSON.parse(head),
      ...rest.length > 0 ? { payloads } : {},
    });
    await conn.write(encodeFrame(encoder.encode(text)));
    conn.close();
  };
}

const STATUS =
  '{"type":"status","pid":7,"uptime_ms":18446744073709551615,"queue_depth":0,"last_error":null,"capture":[],"more":[1]}';
const ACK = '{"type":"ack","message":"ingested"}';
const REFUSAL =
  '{"type":"error","message":"no!","supported_min":1,"supported_max":3}';
const STORE = '{"type":"store","bytes":1,"sessions":2,"events":3}';

const SUMS =
  '"messages":0,"tokens_in":0,"tokens_out":0,"cache_read_tokens":0,' +
  '"cache_creation_tokens":0,"cache_creation_1h_tokens":0,"cost_complete":true,"unpriced_models":[]';
const USAGE = `{"type":"usage","by":"day","rows":[],"total":{${SUMS}},` +
  '"prices":{"source":"list 1","date":"2026-09-23"},' +
  '"transcripts":{"read":0,"missing":0,"unreadable":0,"waiting":0}}';

/** One of each request, and an answer to it. */
const exchanges: {
  [N in RequestName]: [request: RequestOf<N>, answer: string];
} = {
  hello: [
    HELLO,
    '{"type":"hello","proto_version":1,"daemon_version":"9","workspaces":["/w"]}',
  ],
  status: [{ type: "status" }, STATUS],
  stop: [{ type: "stop" }, ACK],
  list_sessions: [
    { type: "list_sessions", workspace: "/w", offset: 0, limit: 5, filter: {} },
    '{"type":"sessions","rows":[],"total":0,"next_offset":null}',
  ],
  get_session_detail: [
    { type: "get_session_detail", id: "é", workspace: null },
    '{"type":"detail","session":null,"events":[],"spans":[]}',
  ],
  ingest_hook: [
    { type: "ingest_hook", source: "vibe", payload: "{}", workspace: "/w" },
    ACK,
  ],
  ensure_workspace_capture: [
    { type: "ensure_workspace_capture", workspace: "/w", deep: false },
    REFUSAL,
  ],
  ensure_proxy: [
    { type: "ensure_proxy", workspace: "/w", provider: "openai" },
    REFUSAL,
  ],
  begin_observed_session: [
    { type: "begin_observed_session", workspace: "/w", agent: "cursor" },
    REFUSAL,
  ],
  get_usage: [
    { type: "get_usage", by: "day", zone: "Europe/Berlin" },
    USAGE,
  ],
  store_stats: [{ type: "store_stats" }, STORE],
  store_prune: [{ type: "store_prune", session: "s", dry_run: true }, STORE],
  list_commits: [
    { type: "list_commits", workspace: "/w", offset: 0, limit: 5 },
    '{"type":"commits","rows":[],"total":0}',
  ],
  watch_events: [
    { type: "watch_events", last: 0, filter: { tool: "Bash" } },
    '{"type":"watch","state":"begin","cursor":"c","machine":"m"}',
  ],
  ingest_events: [
    {
      type: "ingest_events",
      source: "claude",
      payloads: encoder.encode("{}\n{}\n"),
    },
    '{"type":"ingested","stored":2,"refused":0,"reason":null}',
  ],
  search_events: [
    { type: "search_events", text: "é", ignore_case: true },
    '{"type":"watch","state":"begin","cursor":"c","machine":"m"}',
  ],
};

for (const [request, answer] of Object.values(exchanges)) {
  const { type } = request;

  Deno.test(`ask() sends "${type}" and returns or throws its answer`, async () => {
    const asked: unknown[] = [];
    await using daemon = new FakeDaemon(answering(answer, asked));
    const answered = ask(request, optionsFor(daemon.socket));
    if (answer === REFUSAL) await assertRejects(() => answered, RemoteError);
    else assertEquals(await answered, decodeAnswer(encoder.encode(answer)));
    assertEquals<unknown>(asked, [request]);
  });

  Deno.test(`ask() refuses an answer of another type to "${type}"`, async () => {
    const other = answer === STATUS ? ACK : STATUS;
    await using daemon = new FakeDaemon(answering(other));
    await assertRejects(
      () => ask(request, optionsFor(daemon.socket)),
      ProtocolError,
      `"${JSON.parse(other).type}"`,
    );
  });

  Deno.test(`ask() throws the daemon's error to "${type}"`, async () => {
    await using daemon = new FakeDaemon(answering(REFUSAL));
    const error = await assertRejects(
      () => ask(request, optionsFor(daemon.socket)),
      RemoteError,
      "no!",
    );
    assertEquals([error.supportedMin, error.supportedMax], [1, 3]);
  });
}
Deno.test("ask() keeps exact integers and unknown fields", async () => {
  await using daemon = new FakeDaemon(answering(STATUS));
  const status = await ask({ type: "status" }, optionsFor(daemon.socket));
  assertEquals(status.uptime_ms, 18446744073709551615n);
  assertEquals(Object.entries(status).find(([key]) => key === "more"), [
    "more",
    [1],
  ]);
});

const hangs: [name: string, behave: Behaviour][] = [
  ["reads and says nothing", readAll],
  ["accepts and reads nothing", () => Promise.resolve()],
  ["stops inside the header", async (conn) => {
    await conn.write(Uint8Array.of(0, 0));
    await readAll(conn);
  }],
];
for (const [name, behave] of hangs) {
  Deno.test(`ask() gives up on a daemon that ${name}`, async () => {
    await using daemon = new FakeDaemon(behave);
    await assertRejects(
      () => ask({ type: "status" }, optionsFor(daemon.socket, 50)),
      TimedOutError,
      "within 50 ms",
    );
  });
}

Deno.test("ask() gives up if an answer stops in the middle", async () => {
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(Uint8Array.of(0, 0, 0, 9, 123));
    await readAll(conn);
  });
  await assertRejects(
    () => ask({ type: "status" }, optionsFor(daemon.socket, 50)),
    TimedOutError,
  );
});

Deno.test("openAnswer() gives up on silence inside an answer", async () => {
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(Uint8Array.of(0, 0, 0, 9, 91));
    await readAll(conn);
  });
  await using answer = await openAnswer(
    encodeRequest({ type: "status" }),
    { ...optionsFor(daemon.socket), end: performance.now() + 200.25 },
  );
  const chunks = answer.chunks[Symbol.asyncIterator]();
  assertEquals((await chunks.next()).value, Uint8Array.of(91));
  const error = await assertRejects(() => chunks.next(), TimedOutError);
  assertMatch(error.message, /too little of its answer within \d+ ms$/);
});

Deno.test("openAnswer() gives up on an answer that never pauses but hardly moves", async () => {
  let sent = 0;
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(Uint8Array.of(255, 0, 0, 0, 91));
    for (;; sent++) {
      await pause(10);
      await conn.write(Uint8Array.of(32));
    }
  });
  const answer = await openAnswer(
    encodeRequest({ type: "status" }),
    optionsFor(daemon.socket, 300),
  );
  await assertRejects(
    async () => {
      for await (const _ of answer.chunks);
    },
    TimedOutError,
    "too little of its answer within 300 ms",
  );
  assert(sent >= 2, `${sent}`);
});

Deno.test("openAnswer() gives an answer more time for each 64 KiB of it", async () => {
  const pieces = 6;
  const piece = new Uint8Array(64 * 1024).fill(32);
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(encodeHeader(pieces * piece.length));
    for (let i = 0; i < pieces; i++) {
      if (i > 0) await pause(300);
      await writeAll(conn, piece);
    }
    conn.close();
  });
  // All of it takes 1.5 s.
  await using answer = await openAnswer(
    encodeRequest({ type: "status" }),
    optionsFor(daemon.socket, 1200),
  );
  let bytes = 0;
  for await (const chunk of answer.chunks) bytes += chunk.length;
  assertEquals(bytes, pieces * piece.length);
});

Deno.test("openAnswer() passes the blanks of a long text on", async () => {
  const blanks = new Uint8Array(15 * 1024 * 1024).fill(32);
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(encodeHeader(blanks.length + 2));
    const quote = Uint8Array.of(34);
    for (const part of [quote, blanks, quote]) await writeAll(conn, part);
    conn.close();
  });
  await using answer = await openAnswer(
    encodeRequest({ type: "status" }),
    optionsFor(daemon.socket),
  );
  let bytes = 0;
  for await (const chunk of answer.chunks) bytes += chunk.length;
  assertEquals(bytes, blanks.length + 2);
});

Deno.test("openAnswer() refuses an answer that goes on with white space alone", async () => {
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(encodeHeader(2 ** 32 - 2));
    await writeAll(conn, Uint8Array.of(91));
    const spaces = new Uint8Array(64 * 1024).fill(32);
    while (true) await writeAll(conn, spaces);
  });
  await using answer = await openAnswer(
    encodeRequest({ type: "status" }),
    optionsFor(daemon.socket),
  );
  await assertRejects(
    async () => {
      for await (const _ of answer.chunks);
    },
    ProtocolError,
    "only white space",
  );
});

Deno.test("ask() has at most what is left of its caller's time", async () => {
  await using daemon = new FakeDaemon(readAll);
  const end = performance.now() + 50;
  for (const isOver of [false, true]) {
    await assertRejects(
      () => ask({ type: "status" }, { ...optionsFor(daemon.socket), end }),
      TimedOutError,
    );
    if (isOver) assert(performance.now() >= end);
  }
});

Deno.test("openAnswer() does not mistake a slow reader for a silent daemon", async () => {
  const { promise: rested, resolve } = Promise.withResolvers<void>();
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(Uint8Array.of(0, 0, 0, 2, 91));
    await rested;
    await conn.write(Uint8Array.of(93));
    conn.close();
  });
  await using answer = await openAnswer(
    encodeRequest({ type: "status" }),
    optionsFor(daemon.socket, 1000),
  );
  const got: number[] = [];
  for await (const chunk of answer.chunks) {
    got.push(...chunk);
    await pause(1500); // longer than the daemon may be silent
    resolve();
  }
  assertEquals(got, [91, 93]);
});

Deno.test("openAnswer() has a timeout for connecting alone", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const options = {
    ...optionsFor("/nowhere"),
    connectTimeoutMs: 30,
    connect: () => silent.accept(), // never resolves
  };
  await assertRejects(
    () => openAnswer(encodeRequest({ type: "stop" }), options),
    TimedOutError,
    "within 30 ms",
  );
});

const breaches: [name: string, bytes: number[], says: string][] = [
  ["nothing", [], "without an answer"],
  ["half a header", [0, 0], "inside its answer"],
  ["half a body", [0, 0, 0, 9, 123], "inside its answer"],
  ["an empty frame", [0, 0, 0, 0], "its length is 0"],
  ["no JSON", [0, 0, 0, 1, 123], "broke the protocol"],
  ["no object", [0, 0, 0, 2, 91, 93], "unknown type"],
  ["more than a frame", [0, 0, 0, 2, 123, 125, 10], "bytes follow"],
];
for (const [name, bytes, says] of breaches) {
  Deno.test(`ask() calls ${name} a breach of the protocol`, async () => {
    await using daemon = new FakeDaemon(async (conn) => {
      await readFrame(conn, MAX_REQUEST_BYTES);
      if (bytes.length > 0) await conn.write(Uint8Array.from(bytes));
      conn.close();
    });
    await assertRejects(
      () => ask({ type: "status" }, optionsFor(daemon.socket)),
      ProtocolError,
      says,
    );
  });
}

Deno.test("openAnswer() returns the answer of a daemon that did not read the whole request", async () => {
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(encodeFrame(encoder.encode(ACK)));
    conn.close();
  });
  const big = encodeRequest({
    type: "ingest_hook",
    source: "claude",
    payload: "x".repeat(4_000_000),
  });
  try {
    await using answer = await openAnswer(big, optionsFor(daemon.socket));
    let text = "";
    for await (const chunk of answer.chunks) {
      text += new TextDecoder().decode(chunk);
    }
    assertEquals(text, ACK);
  } catch (error) {
    // The kernel may drop the answer when it resets the socket. The error must say so.
    assert(error instanceof ProtocolError, String(error));
  }
});

Deno.test("openAnswer() yields the first chunk before the daemon sends the last", async () => {
  const { promise: seen, resolve } = Promise.withResolvers<void>();
  await using daemon = new FakeDaemon(async (conn) => {
    await conn.write(Uint8Array.of(0, 0, 0, 4, 91, 49));
    await seen;
    await conn.write(Uint8Array.of(44, 93));
    conn.close();
  });
  await using answer = await openAnswer(
    encodeRequest({ type: "status" }),
    optionsFor(daemon.socket),
  );
  const got: number[] = [];
  for await (const chunk of answer.chunks) {
    got.push(...chunk);
    resolve();
  }
  assertEquals(got, [91, 49, 44, 93]);
});

Deno.test("openAnswer() refuses a request over the limit", async () => {
  await assertRejects(
    () =>
      openAnswer(new Uint8Array(MAX_REQUEST_BYTES + 1), optionsFor("/nowhere")),
    RangeError,
    `${MAX_REQUEST_BYTES + 1}`,
  );
});

Deno.test("ask() calls a daemon stopped that stops listening before it accepts", async () => {
  // The error of connecting if the listener is closed with the connection in its backlog.
  const reset = new Deno.errors.ConnectionReset("Connection reset by peer");
  const connect = () => Promise.reject(reset);
  const error = await assertRejects(
    () => ask({ type: "status" }, { ...optionsFor("/h/d.sock"), connect }),
    NotRunningError,
    "/h/d.sock just stopped",
  );
  assertEquals(error.cause, reset);
});

Deno.test("ask() says why a socket's path is unusable", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(
      () => ask({ type: "status" }, optionsFor(`${folder}/none`)),
      NotRunningError,
      "no socket",
    );
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(
      () => ask({ type: "status" }, optionsFor(`${folder}/file`)),
      SocketError,
      "not a socket",
    );
    await assertRejects(
      () => ask({ type: "status" }, optionsFor(`${folder}/file/d.sock`)),
      SocketError,
      "not a directory",
    );
    await Deno.symlink("loop", `${folder}/loop`);
    await assertRejects(
      () => ask({ type: "status" }, optionsFor(`${folder}/loop`)),
      SocketError,
      "not a socket",
    );
    // The socket of a process that was killed: bound, but no process listens.
    const left = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `Deno.listen({ transport: "unix", path: "${folder}/dead" }); Deno.kill(Deno.pid, "SIGKILL");`,
      ],
      stderr: "null",
    }).output();
    assertEquals(left.signal, "SIGKILL");
    await assertRejects(
      () => ask({ type: "status" }, optionsFor(`${folder}/dead`)),
      NotRunningError,
      "no process listens",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ask() connects again while the backlog is full, until its deadline", async () => {
  let attempts = 0;
  const full = () => {
    attempts++;
    return Promise.reject(new Deno.errors.WouldBlock("full"));
  };
  await assertRejects(
    () =>
      ask({ type: "status" }, {
        ...optionsFor("/w/d.sock"),
        connect: full,
        timeoutMs: 100,
      }),
    TimedOutError,
  );
  assert(attempts > 1, `${attempts}`);
  const before = attempts;
  await pause(20);
  assertEquals(attempts, before);
});

Deno.test("ask() passes on unknown errors of the system, and bugs", async () => {
  const failing = (error: Error) => () =>
    ask({ type: "status" }, {
      ...optionsFor("/w/d.sock"),
      connect: () => Promise.reject(error),
    });
  await assertRejects(
    failing(new Error("Protocol wrong type for socket (os error 91)")),
    SocketError,
    "Cannot connect to /w/d.sock: protocol wrong type for socket",
  );
  for (const bug of [new TypeError("x"), new Deno.errors.NotCapable("x")]) {
    assertEquals(await assertRejects(failing(bug)), bug);
  }
});

/** Announces a long answer, then sends it byte by byte, slower than any pause that is too long. */
const dripping: Behaviour = async (conn) => {
  await readFrame(conn, MAX_REQUEST_BYTES);
  await conn.write(Uint8Array.of(0, 1, 0, 0));
  while (true) {
    await conn.write(encoder.encode(" "));
    await pause(5);
  }
};

/** Sends an answer of 4 GiB as fast as it is read. */
const endless: Behaviour = async (conn) => {
  await readFrame(conn, MAX_REQUEST_BYTES);
  await conn.write(Uint8Array.of(255, 255, 255, 255));
  const piece = new Uint8Array(1024 * 1024).fill(0x20);
  while (true) await conn.write(piece);
};

/** Ends an answer in its middle. */
const cut: Behaviour = async (conn) => {
  await readFrame(conn, MAX_REQUEST_BYTES);
  await conn.write(encodeFrame(encoder.encode(STATUS)).subarray(0, 40));
  conn.close();
};

Deno.test("ask() ends at its deadline, however slowly an answer drips", async () => {
  await using daemon = new FakeDaemon(dripping);
  await assertRejects(
    () => ask({ type: "status" }, optionsFor(daemon.socket, 200)),
    TimedOutError,
  );
});

Deno.test("ask() holds no answer in memory that never ends", async () => {
  await using daemon = new FakeDaemon(endless);
  await assertRejects(
    () => ask({ type: "status" }, optionsFor(daemon.socket, 30_000)),
    ProtocolError,
    "longer than 67108864 bytes",
  );
});

Deno.test("ask() says of an answer that ends early that it does", async () => {
  await using daemon = new FakeDaemon(cut);
  for (let i = 0; i < 50; i++) {
    await assertRejects(
      () => ask({ type: "stop" }, optionsFor(daemon.socket)),
      ProtocolError,
      "inside its answer",
    );
  }
});
