// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { Gathering } from "../../../src/daemon/gathering.ts";

/** Requests that join a gathering; `went` has the names of those that went on, in order. */
class Requests {
  readonly went: string[] = [];
  readonly #gathering = new Gathering();

  /** @returns The function that ends the reading, and the wait for the request. */
  join(name: string, bytes = 1) {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const joined = this.#gathering.join(promise, bytes).finally(() =>
      this.went.push(name)
    );
    return { read: () => resolve(name), fail: reject, joined };
  }
}

Deno.test("Gathering lets one request go on at once", async () => {
  const requests = new Requests();
  const { read, joined } = requests.join("a");
  read();
  assertEquals(await joined, "a");
});

Deno.test("Gathering lets requests go on together, in the order in which they have been read", async () => {
  const requests = new Requests();
  const [a, b, c] = ["a", "b", "c"].map((name) => requests.join(name));
  b?.read();
  a?.read();
  await Promise.resolve().then(() => {}).then(() => {});
  assertEquals(requests.went, []);
  c?.read();
  await Promise.all([a?.joined, b?.joined, c?.joined]);
  assertEquals(requests.went, ["b", "a", "c"]);
});

Deno.test("Gathering waits for no other request when those that wait are long enough", async () => {
  const requests = new Requests();
  const a = requests.join("a", 512 * 1024 - 1);
  const b = requests.join("b", 1);
  const c = requests.join("c");
  a.read();
  b.read();
  await Promise.all([a.joined, b.joined]);
  assertEquals(requests.went, ["a", "b"]);
  c.read();
  await c.joined;
});

Deno.test("Gathering lets requests go on if the last one cannot be read", async () => {
  const requests = new Requests();
  const a = requests.join("a");
  const b = requests.join("b");
  a.read();
  b.fail(new RangeError("too many"));
  await assertRejects(() => b.joined, RangeError, "too many");
  assertEquals(await a.joined, "a");
});
