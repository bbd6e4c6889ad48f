// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Columns as pyarrow, polars and DuckDB read them: the types of docs/columns.md and the values of
 * NDJSON. Skipped where there are no such readers; `scripts/interop --install-readers` installs
 * them.
 */
import { assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { columnsOf, openEncoder } from "../../src/columns/mod.ts";
import {
  COMMANDS,
  filledHome,
  JSON_COLUMNS,
  printBytes,
  printRows,
  valueIn,
} from "../e2e/_columns.ts";
import { programCommand } from "../e2e/harness.ts";

const READERS = Deno.env.get("KAIZEN_READERS") || null;
const SCRIPT = decodeURIComponent(
  new URL("read_columns.py", import.meta.url).pathname,
);
const FORMATS = ["arrow", "parquet", "csv"] as const;
const RECORDS = {
  events: "event",
  sessions: "session",
  usage: "usage",
  commits: "commit",
} as const;

/** The types of the readers by the kind of a column. */
const TYPES = {
  pyarrow: {
    text: "string",
    json: "string",
    int: "int64",
    time: "timestamp[ms, tz=UTC]",
    bool: "bool",
  },
  polars: {
    text: "String",
    json: "String",
    int: "Int64",
    time: "Datetime(time_unit='ms', time_zone='UTC')",
    bool: "Boolean",
  },
  duckdb: {
    text: "VARCHAR",
    json: "VARCHAR",
    int: "BIGINT",
    time: "TIMESTAMP WITH TIME ZONE",
    bool: "BOOLEAN",
  },
} as const;

interface Reading {
  reader: keyof typeof TYPES;
  format: string;
  error?: string;
  types: [name: string, type: string][];
  rows: unknown[][];
}

/** Reads the files of a name with all readers. */
async function readAll(
  folder: string,
  name: string,
  kinds: string,
): Promise<Reading[]> {
  const { success, stdout, stderr } = await new Deno.Command(READERS ?? "", {
    args: [SCRIPT, folder, name, kinds],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => JSON.parse(line));
}

const isName = (name: string): name is keyof typeof RECORDS =>
  Object.hasOwn(RECORDS, name);

Deno.test({
  name: "pyarrow, polars and DuckDB read the types and the values of NDJSON",
  ignore: READERS === null,
  async fn(t) {
    await using home = await filledHome();
    for (const [name, args] of COMMANDS) {
      if (!isName(name)) throw new TypeError(name);
      const rows = await printRows(home, args);
      assertGreater(rows.length, 0);
      for (const format of FORMATS) {
        await Deno.writeFile(
          `${home.root}/${name}.${format}`,
          await printBytes(home, args, format),
        );
      }
      const columns = columnsOf(RECORDS[name]);
      const kinds = columns.map((column) => [column.name, column.kind]);
      const readings = await readAll(
        home.root,
        name,
        JSON.stringify(Object.fromEntries(kinds)),
      );
      for (const { reader, format, error, types, rows: read } of readings) {
        await t.step(`${reader}: ${name}.${format}`, () => {
          assertEquals(error, undefined);
          assertEquals(
            types,
            columns.map(({ name, kind }) => [name, TYPES[reader][kind]]),
          );
          assertEquals(
            read.map((cells) =>
              cells.map((cell, i) =>
                JSON_COLUMNS.includes(columns[i]?.name ?? "") && cell !== null
                  ? JSON.parse(String(cell))
                  : cell
              )
            ),
            rows.map((row) => columns.map(({ name }) => valueIn(row, name))),
          );
        });
      }
    }
  },
});

/** Does the same as `duckdb -csv -c SQL`. */
const DUCKDB = `import duckdb, sys
result = duckdb.sql(sys.argv[3])
for row in [result.columns, *result.fetchall()]: print(*row, sep=",")`;

Deno.test({
  name: "the recipe with DuckDB prints what it is for",
  ignore: READERS === null,
  async fn() {
    const [, command = ""] = /```sh\n(.*\bduckdb .*)\n```/.exec(
      await Deno.readTextFile(
        new URL("../../docs/recipes.md", import.meta.url),
      ),
    ) ?? [];
    await using home = await filledHome();
    const bin = `${home.root}/bin`;
    await Deno.mkdir(bin);
    await Deno.symlink(programCommand()[0] ?? "", `${bin}/kaizen`);
    await Deno.writeTextFile(
      `${bin}/duckdb`,
      `#!/bin/sh\nexec '${READERS}' -c '${DUCKDB}' "$@"\n`,
      { mode: 0o755 },
    );
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", command],
      env: {
        HOME: `${home.root}/user`,
        KAIZEN_HOME: home.home,
        PATH: `${bin}:${Deno.env.get("PATH")}`,
      },
      cwd: home.workspace,
    }).output();
    const text = new TextDecoder();
    assertEquals(
      [text.decode(stdout), text.decode(stderr)],
      ["tool,calls,sessions\nBash,1,1\nRead,1,1\nTask,1,1\n", ""],
    );
  },
});

Deno.test({
  name: "the program of docs/columns.md prints the events of a stream",
  ignore: READERS === null,
  async fn() {
    const [, program = ""] = /```python\n([^]*?)```/.exec(
      await Deno.readTextFile(
        new URL("../../docs/columns.md", import.meta.url),
      ),
    ) ?? [];
    await using home = await filledHome();
    await Deno.writeTextFile(`${home.root}/rows.py`, program);
    const { code, stdout, stderr } = await home.run([], {
      program: [
        "sh",
        "-c",
        `'${
          programCommand()[0]
        }' events --session s1 -o arrow | '${READERS}' '${home.root}/rows.py'`,
      ],
    });
    assertEquals([code, stderr], [0, ""]);
    assertEquals(
      stdout.trim().split("\n").map((line) => line.split(" ").slice(-2)),
      ["None", "None", "Task", "Read", "Read", "Task", "Bash", "None"]
        .map((tool) => ["s1", tool]),
    );
  },
});

Deno.test({
  name: "pyarrow, polars and DuckDB report output that is cut after a batch",
  ignore: READERS === null,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    try {
      const columns = ["a", "b"].map((name) => ({
        name,
        kind: "text" as const,
        read: () => null,
      }));
      for (const format of FORMATS) {
        const encoder = await openEncoder(format, columns);
        using file = await Deno.create(`${folder}/cut.${format}`);
        await file.write(encoder.start().slice());
        await file.write(encoder.encode([["x", "y"], ["1", "2"]]).slice());
      }
      for (
        const { reader, format, error } of await readAll(folder, "cut", "--cut")
      ) {
        await t.step(`${reader}: ${format}`, () => {
          assertNotEquals(error, undefined);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
