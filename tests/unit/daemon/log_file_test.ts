// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { HomeError } from "../../../src/context/mod.ts";
import { LogFile, MAX_LOG_BYTES } from "../../../src/daemon/log_file.ts";
import { tempFolder } from "./_folder.ts";

function line(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\n`);
}

Deno.test("LogFile rotates before the limit is exceeded, and keeps one old file", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.log`;
  using log = new LogFile(path, 10);
  for (const text of ["1234", "5678", "abcd", "efgh", "XYZ"]) {
    log.write(line(text));
  }
  assertEquals(Deno.readTextFileSync(path), "XYZ\n");
  assertEquals(Deno.readTextFileSync(`${path}.1`), "abcd\nefgh\n");
  assertEquals([...Deno.readDirSync(folder.path)].length, 2);
});

Deno.test("LogFile counts the bytes that were there before", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.log`;
  Deno.writeTextFileSync(path, "123456789\n");
  using log = new LogFile(path, 10);
  log.write(line("a"));
  assertEquals(Deno.readTextFileSync(`${path}.1`), "123456789\n");
  assertEquals(Deno.readTextFileSync(path), "a\n");
});

Deno.test("LogFile writes a line longer than the limit whole", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.log`;
  using log = new LogFile(path, 3);
  log.write(line("123456"));
  assertEquals([...Deno.readDirSync(folder.path)].length, 1);
  log.write(line("7"));
  assertEquals(Deno.readTextFileSync(`${path}.1`), "123456\n");
  assertEquals(Deno.readTextFileSync(path), "7\n");
});

Deno.test("LogFile continues in the old file when rotating fails", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.log`;
  using log = new LogFile(path, 3);
  Deno.renameSync(path, `${path}.moved`);
  for (const text of ["12", "34"]) log.write(line(text));
  assertEquals(Deno.readTextFileSync(`${path}.moved`), "12\n34\n");
});

Deno.test("LogFile rotates although a folder is in the place of the old file", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.log`;
  Deno.mkdirSync(`${path}.1/inside`, { recursive: true });
  using log = new LogFile(path, 3);
  for (const text of ["12", "34"]) log.write(line(text));
  assertEquals(Deno.readTextFileSync(`${path}.1`), "12\n");
  assertEquals(Deno.readTextFileSync(path), "34\n");
});

Deno.test("LogFile refuses a symbolic link", () => {
  using folder = tempFolder();
  Deno.symlinkSync("/dev/null", `${folder.path}/daemon.log`);
  assertThrows(
    () => new LogFile(`${folder.path}/daemon.log`),
    HomeError,
    "symbolic link",
  );
});

Deno.test("MAX_LOG_BYTES is 10 MiB", () => {
  assertEquals(MAX_LOG_BYTES, 10_485_760);
});
