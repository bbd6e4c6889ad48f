// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../../src/context/mod.ts";
import {
  formatsOf,
  type GlobalFlags,
  isColumnFormat,
  readSettings,
} from "../../../../src/commands/shell/settings.ts";
import { testContext, type TestContextOptions } from "../_context.ts";

function read(
  flags: GlobalFlags,
  context: TestContextOptions = {},
  options: { textByDefault?: boolean } = {},
): ReturnType<typeof readSettings> {
  return readSettings(testContext(context), flags, options);
}

const formats: [name: string, GlobalFlags, TestContextOptions, string][] = [
  ["a pipe", {}, {}, "json"],
  ["a terminal", {}, { columns: 80 }, "text"],
  ["--json", { json: true }, { columns: 80 }, "json"],
  ["-o ndjson", { output: "ndjson" }, { columns: 80 }, "ndjson"],
  ["KAIZEN_OUTPUT", {}, { env: { KAIZEN_OUTPUT: "ndjson" } }, "ndjson"],
  ["a flag over KAIZEN_OUTPUT", { output: "text" }, {
    env: { KAIZEN_OUTPUT: "json" },
  }, "text"],
  ["an empty KAIZEN_OUTPUT", {}, { env: { KAIZEN_OUTPUT: "" } }, "json"],
  ["--json and -o json", { json: true, output: "json" }, {}, "json"],
];
for (const [name, flags, context, format] of formats) {
  Deno.test(`readSettings() chooses ${format} for ${name}`, () => {
    assertEquals(read(flags, context).format, format);
  });
}

Deno.test("readSettings() chooses text for a command whose default it is, and ignores the environment", () => {
  const env = { KAIZEN_OUTPUT: "json" };
  assertEquals(read({}, { env }, { textByDefault: true }).format, "text");
  assertEquals(
    read({ json: true }, {}, { textByDefault: true }).format,
    "json",
  );
});

const colors: [name: string, GlobalFlags, TestContextOptions, boolean][] = [
  ["a pipe", {}, {}, false],
  ["a terminal", {}, { columns: 80 }, true],
  ["NO_COLOR", {}, { columns: 80, env: { NO_COLOR: "1" } }, false],
  ["an empty NO_COLOR", {}, { columns: 80, env: { NO_COLOR: "" } }, true],
  ["a dumb terminal", {}, { columns: 80, env: { TERM: "dumb" } }, false],
  ["--color always", { color: "always" }, { env: { NO_COLOR: "1" } }, true],
  ["--color never", { color: "never" }, { columns: 80 }, false],
];
for (const [name, flags, context, color] of colors) {
  Deno.test(`readSettings() ${color ? "colors" : "does not color"} for ${name}`, () => {
    assertEquals(read(flags, context).color, color);
  });
}

Deno.test("readSettings() takes the timeout from the flag, the environment or the default, in this order", () => {
  const env = { KAIZEN_TIMEOUT: "2s" };
  assertEquals(read({ timeout: 5 }, { env }).timeoutMs(500), 5);
  assertEquals(read({}, { env }).timeoutMs(500), 2000);
  assertEquals(read({}).timeoutMs(500), 500);
});

for (const KAIZEN_TIMEOUT of ["soon", "0", "-1s", "1.5"]) {
  Deno.test(`readSettings() rejects KAIZEN_TIMEOUT=${KAIZEN_TIMEOUT} when it is used`, () => {
    const settings = read({}, { env: { KAIZEN_TIMEOUT } });
    assertThrows(() => settings.timeoutMs(1), UsageError, "KAIZEN_TIMEOUT");
    assertEquals(
      read({ timeout: 7 }, { env: { KAIZEN_TIMEOUT } }).timeoutMs(1),
      7,
    );
  });
}

for (
  const [value, mayStart] of [["1", false], ["yes", false], ["0", true], [
    "",
    true,
  ]] as const
) {
  Deno.test(`readSettings() with KAIZEN_NO_START=${value} ${mayStart ? "may" : "may not"} start a daemon`, () => {
    assertEquals(
      read({}, { env: { KAIZEN_NO_START: value } }).mayStart,
      mayStart,
    );
  });
}

const wrong: [name: string, GlobalFlags, Record<string, string>][] = [
  ["--no-daemon", { nodaemon: true }, {}],
  ["--json with another format", { json: true, output: "text" }, {}],
  ["an unknown KAIZEN_OUTPUT", {}, { KAIZEN_OUTPUT: "xml" }],
  ["--verbose with --quiet", { verbose: true, quiet: true }, {}],
];
for (const [name, flags, env] of wrong) {
  Deno.test(`readSettings() rejects ${name}`, () => {
    assertThrows(() => read(flags, { env }), UsageError);
  });
}

Deno.test("readSettings() resolves paths, and keeps the path flags", () => {
  const settings = read({ home: "/a", socket: "/b" });
  assertEquals([settings.paths().home, settings.paths().socket], ["/a", "/b"]);
  assertEquals(settings.pathFlags, ["--home", "/a", "--socket", "/b"]);
});

const available: [path: string, columns: boolean, trace: boolean][] = [
  ["kaizen", true, true],
  ["kaizen events", true, false],
  ["kaizen sessions", true, false],
  ["kaizen sessions list", true, false],
  ["kaizen sessions ls", true, false],
  ["kaizen usage", true, false],
  ["kaizen commits", true, false],
  ["kaizen sessions show", false, true],
  ["kaizen detail", false, true],
  ["kaizen grep", false, false],
];
for (const [path, columns, trace] of available) {
  Deno.test(`formatsOf() ${columns ? "has" : "lacks"} columns for ${path}`, () => {
    const formats = formatsOf(path);
    assertEquals(formats.filter(isColumnFormat), [
      ...columns ? ["csv" as const, "arrow" as const, "parquet" as const] : [],
    ]);
    assertEquals(formats.includes("trace"), trace);
    assertEquals(formats.slice(0, 3), ["text", "json", "ndjson"]);
  });
}
