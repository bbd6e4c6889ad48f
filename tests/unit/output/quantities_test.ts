// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { Int } from "../../../src/proto/mod.ts";
import {
  formatAgo,
  formatBytes,
  formatCost,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatOffset,
  formatSpan,
  formatTime,
} from "../../../src/output/quantities.ts";

function check(
  name: string,
  format: (value: Int) => string,
  table: [Int, string][],
): void {
  for (const [value, text] of table) {
    Deno.test(`${name}() writes ${value} as ${text}`, () => {
      assertEquals(format(value), text);
    });
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 1_714_000_000_000;

check("formatDuration", formatDuration, [
  [0, "0ms"],
  [999, "999ms"],
  [1000, "1.0s"],
  [9_999, "9.9s"],
  [10_000, "10s"],
  [59_999, "59s"],
  [60_000, "1m00s"],
  [90_500, "1m30s"],
  [HOUR - 1, "59m59s"],
  [HOUR + 5 * MINUTE, "1h05m"],
  [DAY + 2 * HOUR, "1d2h"],
  [-1500, "-1.5s"],
  [2n ** 64n, "213503982334d14h"],
]);
check("formatSpan", formatSpan, [
  [0, "less than a second"],
  [-5, "less than a second"],
  [1_999, "1 second"],
  [59_999, "59 seconds"],
  [MINUTE, "1 minute"],
  [5 * MINUTE + 30_000, "5 minutes"],
  [HOUR, "1 hour"],
  [3 * HOUR + 20 * MINUTE, "3 hours 20 minutes"],
  [DAY + 59 * MINUTE, "1 day"],
  [2 * DAY + HOUR, "2 days 1 hour"],
]);
check("formatAgo", (moment) => formatAgo(moment, NOW), [
  [NOW, "just now"],
  [NOW - 4_999, "just now"],
  [NOW - 5_000, "5s ago"],
  [NOW - 90 * 1000, "1m ago"],
  [NOW - 3 * HOUR, "3h ago"],
  [NOW - 2 * DAY, "2d ago"],
  [NOW - 31 * DAY, "2024-03-24"],
  [NOW + 4 * MINUTE, "in 4m"],
  [2n ** 64n - 1n, "1844674407"],
]);
check("formatTime", formatTime, [
  [0, "1970-01-01T00:00:00Z"],
  [NOW, "2024-04-24T23:06:40Z"],
  [NOW + 999, "2024-04-24T23:06:40Z"],
  [2n ** 64n - 1n, "18446744073709551615"],
]);
check("formatOffset", (ms) => formatOffset(Number(ms)), [
  [0, "+0.000s"],
  [1234, "+1.234s"],
  [59_999, "+59.999s"],
  [5 * MINUTE + 7_000, "+5m07s"],
  [-20, "-0.020s"],
]);
check("formatCost", formatCost, [
  [0, "$0.00"],
  [42, "$0.0000"],
  [4_200, "$0.0042"],
  [42_000, "$0.042"],
  [1_230_000, "$1.23"],
  [-500_000, "-$0.500"],
  [2n ** 63n, "$9223372036854.78"],
]);
check("formatCount", formatCount, [
  [0, "0"],
  [999, "999"],
  [1_000, "1.0k"],
  [9_949, "9.9k"],
  [9_951, "10k"],
  [999_499, "999k"],
  [999_500, "1.0M"],
  [5_600_000, "5.6M"],
  [-1_500, "-1.5k"],
  [2n ** 64n, "1.8e+19"],
]);
check("formatBytes", formatBytes, [
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1536, "1.5 KiB"],
  [20 * 1024 * 1024, "20 MiB"],
]);
check("formatNumberOf", (n) => formatNumberOf(n, "session"), [
  [0, "0 sessions"],
  [1, "1 session"],
  [1n, "1 session"],
  [2, "2 sessions"],
]);
