// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isMapPage, scrubPage } from "../../../src/store/scrub.ts";
import { openRaw, rawNumber, tempStore } from "./_store.ts";

const PAGE = 4096;

Deno.test("scrubPage() changes nothing of what SQLite reads, on any page of a database that was changed at random", () => {
  const change = fc.record({
    key: fc.nat(60),
    bytes: fc.nat(3000),
    how: fc.constantFrom("put", "put", "put", "drop"),
  });
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 20, maxLength: 200 }),
      (changes) => {
        using temp = tempStore();
        const read = () => {
          using db = openRaw(temp.path);
          return ["a", "b"].map((table) =>
            db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all()
          );
        };
        {
          using db = openRaw(temp.path);
          db.exec(
            `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA secure_delete = ON;
             CREATE TABLE a (key INTEGER PRIMARY KEY, text); CREATE INDEX c ON a (text);
             CREATE TABLE b (key PRIMARY KEY, text) WITHOUT ROWID;
             BEGIN;`,
          );
          for (const { key, bytes, how } of changes) {
            for (const table of ["a", "b"]) {
              if (how === "drop") {
                db.prepare(`DELETE FROM ${table} WHERE key > ?`).run(key);
              } else {
                const text = `TEXT-${key}-`.repeat(bytes / 8);
                db.prepare(
                  `INSERT INTO ${table} VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text`,
                ).run(key, text);
              }
            }
          }
          db.exec("COMMIT");
        }
        const before = read();
        const bytes = Deno.readFileSync(temp.path);
        for (let at = 0; at < bytes.length; at += PAGE) {
          scrubPage(bytes.subarray(at, at + PAGE), at / PAGE + 1);
        }
        Deno.writeFileSync(temp.path, bytes);
        assertEquals(read(), before);
        assertEquals(
          rawNumber(temp.path, "SELECT count(*) FROM pragma_integrity_check"),
          1,
        );
        {
          using db = openRaw(temp.path);
          db.exec("PRAGMA secure_delete = ON; DELETE FROM a; DELETE FROM b;");
        }
        // After that nothing is left of what has gone.
        const rest = Deno.readFileSync(temp.path);
        for (let at = 0; at < rest.length; at += PAGE) {
          scrubPage(rest.subarray(at, at + PAGE), at / PAGE + 1);
        }
        assert(!new TextDecoder("latin1").decode(rest).includes("TEXT-"));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("scrubPage() leaves alone what it does not understand", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 512, maxLength: 512 }), (page) => {
      const copy = page.slice();
      const changed = scrubPage(copy, 3);
      assertEquals(changed, copy.some((byte, i) => byte !== page[i]));
      if (![2, 5, 10, 13].includes(page[0] ?? 0)) assertEquals(copy, page);
    }),
  );
});

Deno.test("isMapPage() knows the pages that say where others belong", () => {
  const found = Array.from({ length: 2000 }, (_, i) => i + 1)
    .filter((number) => isMapPage(number, PAGE));
  assertEquals(found, [2, 822, 1642]);
});
