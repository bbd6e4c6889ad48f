// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  compareMoments,
  earlierOf,
  isBefore,
  laterOf,
  type Moment,
  momentOf,
} from "../../../src/events/moment.ts";

Deno.test("compareMoments() orders by time, then meaning, then id", () => {
  const sorted: Moment[] = [
    momentOf(1, "session_end", "a"),
    momentOf(2, "prompt", "b"),
    momentOf(2, "call_start", "a"),
    momentOf(2, "call_start", "b"),
    momentOf(2, "call_end", "a"),
    momentOf(2n ** 60n, "session_start", "a"),
    momentOf(2n ** 60n + 1n, "session_start", "a"),
  ];
  for (const [i, a] of sorted.entries()) {
    for (const [j, b] of sorted.entries()) {
      assertEquals(Math.sign(compareMoments(a, b)), Math.sign(i - j));
      assertEquals(isBefore(a, b), i < j);
      assertEquals(laterOf(a, b), i < j ? b : a);
      assertEquals(earlierOf(a, b), i < j ? a : b);
    }
    assertEquals(isBefore(a, null) || isBefore(null, a), false);
    assertEquals([laterOf(a, null), earlierOf(null, a)], [a, a]);
  }
  assertEquals(laterOf(null, null), null);
});
