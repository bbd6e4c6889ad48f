// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { OrderedList } from "../../../src/events/_ordered_list.ts";

Deno.test("OrderedList keeps items in order, whatever is added and deleted", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (numbers) => {
      const list = new OrderedList<{ ordinal: number }>();
      let model: { ordinal: number }[] = [];
      for (const ordinal of numbers) {
        const known = model.find((item) => item.ordinal === ordinal);
        if (known) {
          assertEquals(list.indexOf(known), model.indexOf(known));
          list.delete(known);
          model = model.filter((item) => item !== known);
        } else {
          const item = { ordinal };
          list.add(item);
          model = [...model, item].sort((a, b) => a.ordinal - b.ordinal);
        }
        assertEquals([...list.newestFirst()], model.toReversed());
        assertEquals(list.length, model.length);
        assertEquals(list.last, model.at(-1));
        assertEquals([list.at(-1), list.at(0)], [undefined, model[0]]);
      }
    }),
  );
});

Deno.test("OrderedList finds an item in steps by the logarithm of its length", () => {
  let looks = 0;
  const items = Array.from({ length: 100_000 }, (_, ordinal) => ({
    get ordinal() {
      looks++;
      return ordinal;
    },
  }));
  const list = new OrderedList<{ readonly ordinal: number }>();
  for (const item of items) list.add(item);
  looks = 0;
  for (const index of [0, 1, 50_000, 99_998, 99_999]) {
    const item = items[index];
    if (item) assertEquals(list.indexOf(item), index);
  }
  assertEquals(looks < 5 * 50, true);
});
