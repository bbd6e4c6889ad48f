// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { Budget } from "../../../src/daemon/budget.ts";

const never = new AbortController().signal;

/** Draws, and notes its turn in `order`. */
function draw(
  budget: Budget,
  order: string[],
  name: string,
  amount: number,
  signal = never,
): Promise<void> {
  return budget.draw(() => {
    order.push(name);
    return amount;
  }, signal);
}

Deno.test("Budget.draw() runs at once while less than the limit is spent", () => {
  const budget = new Budget(10);
  const order: string[] = [];
  const draws = [9, 100].map((n) => draw(budget, order, `${n}`, n));
  assertEquals([order, budget.spent], [["9", "100"], 109]);
  return Promise.all(draws).then(() => {});
});

Deno.test("Budget.draw() waits its turn, each counted before the next", async () => {
  const budget = new Budget(10);
  const order: string[] = [];
  await draw(budget, order, "a", 10);
  const b = draw(budget, order, "b", 10);
  const c = draw(budget, order, "c", 1);
  const d = draw(budget, order, "d", 1);
  assertEquals([order, budget.waiting, budget.drawn], [["a"], 3, 10]);
  budget.give(10);
  await b;
  assertEquals([order, budget.spent], [["a", "b"], 10]);
  budget.give(10);
  await Promise.all([c, d]);
  assertEquals([order, budget.spent], [["a", "b", "c", "d"], 2]);
});

Deno.test("Budget.draw() gives up when its signal is aborted, and lets the others continue", async () => {
  const budget = new Budget(1);
  const order: string[] = [];
  await draw(budget, order, "a", 1);
  const giveUp = new AbortController();
  const b = draw(budget, order, "b", 1, giveUp.signal);
  const c = draw(budget, order, "c", 1);
  giveUp.abort(new RangeError("enough"));
  await assertRejects(() => b, RangeError, "enough");
  budget.give(1);
  await c;
  assertEquals(order, ["a", "c"]);
  await assertRejects(
    () => draw(budget, order, "d", 1, giveUp.signal),
    RangeError,
  );
});

Deno.test("Budget.draw() spends nothing when its callback throws", async () => {
  const budget = new Budget(1);
  const fail = () => {
    throw new RangeError("no");
  };
  await assertRejects(() => budget.draw(fail, never), RangeError);
  await budget.draw(() => 1, never);
  const waiting = budget.draw(fail, never);
  budget.give(1);
  await assertRejects(() => waiting, RangeError);
  assertEquals(budget.spent, 0);
});
