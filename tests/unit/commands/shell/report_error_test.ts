// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  NotRunningError,
  ProtocolError,
  RemoteError,
  SocketError,
  TimedOutError,
} from "../../../../src/client/mod.ts";
import {
  ClosedPipeError,
  HomeBusyError,
  HomeError,
  StartError,
  UsageError,
} from "../../../../src/context/mod.ts";
import { NotAnEventError } from "../../../../src/proto/mod.ts";
import {
  BadInputError,
  CommandLineError,
  FileError,
  NotFoundError,
} from "../../../../src/commands/shell/errors.ts";
import {
  EXIT,
  EXIT_MEANINGS,
} from "../../../../src/commands/shell/exit_codes.ts";
import { quoteWord } from "../../../../src/commands/shell/quote_word.ts";
import { reportError } from "../../../../src/commands/shell/report_error.ts";
import { testContext } from "../_context.ts";

async function report(
  error: unknown,
  options: Partial<Parameters<typeof reportError>[1]> = {},
): Promise<{ exit: number; out: string; err: string }> {
  const context = testContext();
  const exit = await reportError(error, {
    context,
    command: "kaizen stop",
    format: "json",
    hasOutput: false,
    isVerbose: false,
    pathFlags: [],
    ...options,
  });
  return { exit, out: context.out(), err: context.err() };
}

const table: [error: unknown, exit: number, code: string, next: string][] = [
  [new UsageError("x"), 64, "usage", "kaizen stop --help"],
  [
    new CommandLineError("x", "kaizen sessions list"),
    64,
    "usage",
    "kaizen sessions list --help",
  ],
  [new NotFoundError("x", "sessions"), 1, "not_found", "kaizen sessions"],
  [
    new NotFoundError("x", "sessions", [
      { word: "a", about: "" },
      { word: "b", about: "" },
    ]),
    1,
    "ambiguous",
    "kaizen sessions",
  ],
  [
    new NotRunningError("x"),
    3,
    "daemon_not_running",
    "kaizen daemon start --background",
  ],
  [new TimedOutError("x"), 4, "daemon_timeout", "kaizen doctor"],
  [new RemoteError("x"), 5, "daemon_error", "kaizen status"],
  [
    new RemoteError("x", 2, 3),
    6,
    "unsupported_version",
    "kaizen daemon restart",
  ],
  [new ProtocolError("x"), 6, "protocol_error", "kaizen status"],
  [new BadInputError("x"), 65, "bad_input", "kaizen help ingest"],
  [new NotAnEventError("x"), 65, "bad_input", "kaizen help ingest"],
  [new HomeBusyError(null, "x"), 73, "home_owned", "kaizen doctor"],
  [new SocketError("x"), 74, "socket_unusable", "kaizen doctor"],
  [new HomeError("x"), 74, "home_unusable", "kaizen help environment"],
  [
    new HomeError("x", { cause: new Deno.errors.FilesystemLoop() }),
    74,
    "home_unusable",
    "kaizen doctor",
  ],
  [new FileError("x", "spool status"), 74, "file_error", "kaizen spool status"],
  [new StartError("x"), 70, "daemon_broken", "kaizen daemon run"],
];
for (const [error, exit, code, next] of table) {
  const name = error instanceof Error ? error.name : String(error);
  Deno.test(`reportError() makes ${code} and exit ${exit} of ${name}`, async () => {
    const result = await report(error);
    assertEquals(result.exit, exit);
    assert(result.err.startsWith("kaizen: "));
    assertStringIncludes(result.err, `\n  try: ${next}\n`);
    const object = JSON.parse(result.out);
    assertEquals([object.type, object.code, object.exit], [
      "error",
      code,
      exit,
    ]);
    assertStringIncludes(object.message, "x");
  });
}

Deno.test("reportError() adds nothing to words that say what to do", async () => {
  const result = await report(new HomeError("x: do y", { isAdvice: true }));
  assertEquals([result.exit, result.err], [74, "kaizen: x: do y\n"]);
});

Deno.test("reportError() is silent about a closed pipe", async () => {
  const result = await report(new ClosedPipeError("x"));
  assertEquals(result, { exit: 141, out: "", err: "" });
});

Deno.test("reportError() does not call a bug that the system refused something", async () => {
  const busy = new Error("No locks available (os error 37)");
  const { exit, out, err } = await report(busy);
  assertEquals([exit, JSON.parse(out).code], [74, "file_error"]);
  assertStringIncludes(err, "The system refused: No locks available");
  assertStringIncludes(err, "try: kaizen doctor");
  const ofSqlite = (errcode: number) =>
    Object.assign(new Error("x"), { code: "ERR_SQLITE_ERROR", errcode });
  const locked = await report(ofSqlite(261));
  assertEquals([locked.exit, JSON.parse(locked.out).code], [74, "file_error"]);
  assertEquals((await report(ofSqlite(1))).exit, 70);
});

Deno.test("reportError() reports an unknown error as a bug, with its stack if --verbose is set", async () => {
  const error = new TypeError("x is not a function");
  const brief = await report(error);
  assertEquals([brief.exit, JSON.parse(brief.out).code], [70, "internal"]);
  assertEquals(brief.err.split("\n").length, 3);
  assertStringIncludes(
    (await report(error, { isVerbose: true })).err,
    "report_error_test.ts",
  );
  assertEquals((await report("thrown text")).exit, 70);
  assertEquals((await report(undefined)).exit, 70);
});

Deno.test("reportError() takes a part of the program that cannot be loaded for no bug", async () => {
  const gone = new URL("no_such_part.ts", import.meta.url).href;
  const errors = [
    await import(gone).catch((error: unknown) => error),
    new TypeError(
      'Failed loading https://registry/x for package "x"\n    0: no network',
    ),
  ];
  for (const error of errors) {
    const { exit, err } = await report(error);
    assertEquals(exit, 70);
    assertMatch(
      err,
      /^kaizen: Cannot load the program: .*\n {2}try: build and install it again\n$/,
    );
  }
});

Deno.test("reportError() keeps the daemon's fields unchanged", async () => {
  const fields = {
    supported_min: null,
    big: 2n ** 63n,
    code: "daemon_not_running",
    exit: 0,
  };
  const { out } = await report(new RemoteError("no", null, null, fields));
  assertEquals(
    out,
    '{"type":"error","code":"daemon_error","message":"The daemon answered with an error: no",' +
      '"supported_min":null,"supported_max":null,"big":9223372036854775808,"exit":5}\n',
  );
});

const ambiguous = new NotFoundError(
  '5 sessions start with "a"',
  "sessions",
  [
    { word: "ab", about: "claude, Done, 1h ago" },
    { word: `a${"x".repeat(300)}`, about: "codex" },
    { word: "a\x1b[2J\n  try: rm -r /", about: "\u202e" },
  ],
  2,
);

Deno.test("reportError() lists candidates, one per line, and the number of others", async () => {
  const { out, err } = await report(ambiguous);
  assertEquals(JSON.parse(out).candidates.length, 3);
  const lines = err.split("\n");
  assertEquals(lines[0], 'kaizen: 5 sessions start with "a"');
  assertMatch(lines[1] ?? "", /^ {4}ab +claude, Done, 1h ago$/);
  assertMatch(
    lines[3] ?? "",
    /^ {4}a\\x1b\[2J\\n {2}try: rm -r \/ +\\u\{202e\}$/,
  );
  assertEquals(lines.slice(4), [
    "    … and 2 more",
    "  try: kaizen sessions",
    "",
  ]);
});

Deno.test("reportError() wraps the message and candidates to the terminal, but not the command", async () => {
  const context = testContext({ stderrColumns: 40 });
  const error = new NotFoundError(
    "There is a message that is longer than that",
    `sessions --workspace /${"x".repeat(50)}`,
    ambiguous.candidates,
  );
  await report(error, { context });
  const lines = context.err().trimEnd().split("\n");
  assertEquals(lines.slice(0, 2), [
    "kaizen: There is a message that is",
    "longer than that",
  ]);
  assert(lines.slice(0, -1).every((line) => line.length <= 40), context.err());
  assert((lines.at(-1) ?? "").length > 40);
});

Deno.test("reportError() adds nothing to an unfinished document, to text and to columns, and a line to NDJSON", async () => {
  const error = new ProtocolError("x");
  assertEquals((await report(error, { hasOutput: true })).out, "");
  const line = await report(error, { hasOutput: true, format: "ndjson" });
  assertEquals(JSON.parse(line.out).exit, 6);
  for (const format of ["text", "csv", "arrow", "parquet"] as const) {
    assertEquals((await report(error, { format })).out, "");
  }
});

Deno.test("reportError() escapes the message of a daemon, except in JSON", async () => {
  const { out, err } = await report(new RemoteError("a\x1b[2J\nkaizen: fine"));
  assertEquals(err.split("\n").length, 3);
  assertStringIncludes(err, "\\x1b[2J\\nkaizen: fine");
  assertStringIncludes(JSON.parse(out).message, "a\x1b[2J\nkaizen: fine");
});

Deno.test("reportError() repeats path options if the suggested command needs them", async () => {
  const pathFlags = ["--home", "/a b"];
  const { err } = await report(new NotRunningError("x"), { pathFlags });
  assertStringIncludes(err, "kaizen --home '/a b' daemon start");
  assertStringIncludes(
    (await report(new UsageError("x"), { pathFlags })).err,
    "try: kaizen stop --help\n",
  );
});

Deno.test("no exit code is 2, and each has a meaning", () => {
  const codes = Object.values(EXIT);
  assert(codes.every((code) => Number(code) !== 2));
  assertEquals(
    Object.keys(EXIT_MEANINGS).map(Number).sort((a, b) => a - b),
    [...codes].sort((a, b) => a - b),
  );
});

Deno.test("quoteWord() returns a word that a shell reads as the original", () => {
  assertEquals(quoteWord("/a-b_c.d"), "/a-b_c.d");
  assertEquals(quoteWord("it's"), "'it'\\''s'");
  assertEquals(quoteWord(""), "''");
});
