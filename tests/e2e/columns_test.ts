// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `-o csv`, `-o arrow` and `-o parquet`: the values are those of NDJSON, and output that is cut is
 * no whole one. tests/interop reads them with the readers that people use.
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertThrows,
} from "@std/assert";
import { tableFromIPC } from "@uwdata/flechette";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { startChild } from "./_child.ts";
import {
  COMMANDS,
  filledHome,
  JSON_COLUMNS,
  printBytes,
  printRows,
  type Row,
  valueIn,
} from "./_columns.ts";
import { feed } from "./_feed.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { tempHome } from "./harness.ts";

const FORMATS = ["csv", "arrow", "parquet"] as const;

/** A cell as a test compares it: times in milliseconds, JSON decoded. */
function normalize(name: string, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.getTime();
  if (JSON_COLUMNS.includes(name)) {
    return JSON.parse(String(value));
  }
  return typeof value === "bigint" ? Number(value) : value;
}

function readArrow(bytes: Uint8Array): Row[] {
  const table = tableFromIPC(bytes, { useDate: true });
  return table.toArray().map((row) => Object.fromEntries(Object.entries(row)));
}

async function readParquet(bytes: Uint8Array): Promise<Row[]> {
  return await parquetReadObjects({ file: bytes.slice().buffer });
}

/** Reads a CSV with its types as docs/columns.md tells them. */
function readCsv(bytes: Uint8Array): Row[] {
  const csv = new TextDecoder().decode(bytes);
  const lines: unknown[][] = [[]];
  for (const found of csv.matchAll(/("(?:[^"]|"")*"|[^",\n]*)([,\n])/g)) {
    const [, cell = "", end] = found;
    lines.at(-1)?.push(readCell(cell));
    if (end === "\n") lines.push([]);
  }
  const [names = [], ...rows] = lines.slice(0, -1);
  return rows.map((cells) =>
    Object.fromEntries(names.map((name, i) => [String(name), cells[i]]))
  );
}

function readCell(cell: string): unknown {
  if (cell === "") return null;
  if (cell.startsWith('"')) return cell.slice(1, -1).replaceAll('""', '"');
  if (/^(?:true|false)$/.test(cell)) return cell === "true";
  return cell.endsWith("Z") ? new Date(cell) : Number(cell);
}

const READERS = { csv: readCsv, arrow: readArrow, parquet: readParquet };

Deno.test("columns have the values of NDJSON", async (t) => {
  await using home = await filledHome();
  for (const [name, args] of COMMANDS) {
    const rows = await printRows(home, args);
    assertGreater(rows.length, 0);
    for (const format of FORMATS) {
      await t.step(`${name} -o ${format}`, async () => {
        const bytes = await printBytes(home, args, format);
        const read = await READERS[format](bytes);
        assertEquals(read.length, rows.length);
        for (const [i, cells] of read.entries()) {
          for (const [key, cell] of Object.entries(cells)) {
            const value = valueIn(rows[i] ?? {}, key);
            assertEquals(normalize(key, cell), value, `${name} ${i} ${key}`);
          }
        }
      });
    }
  }
  await t.step("and of as many rows as the options say", async () => {
    for (
      const [args, count] of [
        [["events", "--last", "2"], 2],
        [["events", "--session", "s1"], 8],
        [["events", "--tool", "none"], 0],
        [["sessions", "--limit", "1"], 1],
        [["sessions", "--since", "1m", "--offset", "2"], 4],
        [["commits", "--all-workspaces", "--limit", "1"], 1],
        [["usage", "--session", "odd0"], 0],
      ] as const
    ) {
      const bytes = await printBytes(home, args, "csv");
      assertEquals(readCsv(bytes).length, count, args.join(" "));
    }
  });
});

Deno.test("columns have their secrets replaced, unless config.toml says otherwise", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const prompt = `use ${secret}, please`;
  await feed(home, {
    hook_event_name: "UserPromptSubmit",
    session_id: "s",
    prompt,
  });
  const prompts = async (format: keyof typeof READERS, ...flags: string[]) => {
    const [event] = await READERS[format](
      await printBytes(home, ["events", ...flags], format),
    );
    const [session] = await READERS[format](
      await printBytes(home, ["sessions", ...flags], format),
    );
    return [JSON.parse(String(event?.payload)).prompt, session?.title];
  };
  const clean = "use [redacted: GitHub], please";
  for (const format of FORMATS) {
    assertEquals(await prompts(format), [clean, clean]);
  }
  await Deno.writeTextFile(
    `${home.home}/config.toml`,
    "[redact]\nexports = false\n",
  );
  assertEquals(await prompts("parquet"), [prompt, prompt]);
  assertEquals(await prompts("parquet", "--redact"), [clean, clean]);
});

const wrong: [args: string[], words: RegExp][] = [
  [["events", "--follow", "-o", "parquet"], /Cannot follow with -o parquet/],
  [["events", "--follow", "-o", "csv"], /Cannot follow with -o csv/],
  [["sessions", "--watch", "-o", "arrow"], /Cannot watch with -o arrow/],
  [["usage", "--line", "-o", "csv"], /Cannot print one line with -o csv/],
  [
    ["status", "-o", "csv"],
    /Only events, sessions, usage and commits can print csv/,
  ],
  [["detail", "s", "-o", "arrow"], /can print arrow: see kaizen help json/],
  [["events", "-o", "csv", "--last", "1", "--since-cursor", "x"], /together/],
];
for (const [args, words] of wrong) {
  Deno.test(`${args.join(" ")} is refused in words, with nothing on stdout`, async () => {
    await using home = await tempHome();
    const { code, stdout, stderr } = await home.run(args);
    assertEquals([code, stdout], [64, ""]);
    assertMatch(stderr, words);
  });
}

const EVENT =
  '{"session_id":"s","seq":0,"ts_ms":1714000000000,"ts_exact":true,"kind":"Hook","source":"Hook","payload":{"text":"$"}}';
const MACHINE = "0".repeat(32);
const watch = (state: string) =>
  `{"type":"watch","state":"${state}","cursor":"c","machine":"${MACHINE}"}`;

/** More text than a batch holds. */
const LONG = EVENT.replace("$", "x".repeat(9 * 1024 * 1024));

for (const format of FORMATS) {
  Deno.test(`events -o ${format} leaves no whole output when the daemon fails after a batch`, async () => {
    await using home = await tempHome();
    await Deno.mkdir(home.home, { mode: 0o700 });
    await using _fake = fakeDaemon(home.socket, async ({ answer }) => {
      await answer(watch("begin"));
      for (let n = 0; n < 2; n++) {
        await answer(
          `{"type":"event","cursor":"c${n}","machine":"${MACHINE}","workspace":"/w","agent":"claude","event":${LONG}}`,
        );
      }
      await answer('{"type":"error","message":"it is gone","reason":"gone"}');
    });
    const { code, stdoutBytes, stderr } = await home.run([
      "events",
      "-o",
      format,
    ]);
    assertEquals(code, 7);
    assertMatch(stderr, /it is gone/);
    assertGreater(stdoutBytes.length, 1000);
    const end = new TextDecoder("latin1").decode(stdoutBytes.slice(-4));
    if (format === "arrow") assertEquals(end, "\xff".repeat(4));
    if (format === "csv") assert(end.endsWith('\n"'));
    if (format === "parquet") {
      assertThrows(() => parquetMetadata(stdoutBytes.slice().buffer));
    }
  });

  Deno.test(`events -o ${format} prints nothing if the daemon refuses at once`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const { code, stdout, stderr } = await home.run([
      ...["events", "-o", format, "--since-cursor"],
      "f".repeat(30),
    ]);
    assertEquals([code, stdout], [7, ""]);
    assertMatch(stderr, /cursor/);
  });

  Deno.test(`events -o ${format} ends in silence when its reader goes away`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    await feed(
      home,
      ...Array.from({ length: 20 }, (_, n) => ({
        hook_event_name: "UserPromptSubmit",
        session_id: `s${n}`,
        // Bytes that cannot be compressed.
        prompt: crypto.getRandomValues(new Uint8Array(60_000)).toHex(),
      })),
    );
    const child = startChild(home, ["events", "-o", format], "piped");
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assertGreater(value?.length ?? 0, 0);
    await reader.cancel();
    const { code } = await child.status;
    assertEquals(code, 141);
    assertEquals(await new Response(child.stderr).text(), "");
  });
}

Deno.test("events --follow -o arrow sends each event as it is stored, empty batches in between, and ends with its reader", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const child = startChild(
    home,
    ["events", "--follow", "-o", "arrow"],
    "piped",
  );
  const reader = child.stdout.getReader();
  let got = new Uint8Array(0);
  const more = async () => {
    const { value = new Uint8Array(0) } = await reader.read();
    assertGreater(value.length, 0, "the follower has ended");
    const all = new Uint8Array(got.length + value.length);
    all.set(got);
    all.set(value, got.length);
    got = all;
  };
  // After a whole message there is the mark of the next one: the stream's end is put in its place.
  const rows = () => {
    const isWhole = got.length > 4 &&
      got.subarray(-4).every((it) => it === 255);
    return isWhole ? readArrow(Uint8Array.from([...got, 0, 0, 0, 0])) : null;
  };
  while (rows() === null) await more();
  assertEquals(rows(), []);
  for (let n = 1; n <= 3; n++) {
    await feed(home, { hook_event_name: "Stop", session_id: `s${n}` });
    while (rows()?.length !== n) await more();
    const before = got.length;
    while (got.length === before || rows() === null) await more();
    assertEquals(rows()?.map(({ session_id }) => session_id).at(-1), `s${n}`);
  }
  await reader.cancel();
  const { code } = await child.status;
  assertEquals(code, 141);
  assertEquals(await new Response(child.stderr).text(), "");
});
