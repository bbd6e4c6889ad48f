// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  parseReadyLine,
  printReadyLine,
  type ReadyLine,
} from "../../../src/launch/ready_line.ts";

const lines: ReadyLine[] = [
  { ready: true, pid: 7, socket: "/h/daemon.sock", log: "/h/daemon.log" },
  { ready: false, exit: 73, message: "a\nb", pid: 9, answers: true },
  { ready: false, exit: 74, message: "", pid: null, answers: false },
];
for (const line of lines) {
  Deno.test(`parseReadyLine() reads ${JSON.stringify(line)}`, () => {
    const text = printReadyLine(line);
    assertEquals(text.indexOf("\n"), text.length - 1);
    assertEquals(parseReadyLine(text), line);
  });
}

const others = [
  "",
  "kaizen: cannot install deno\n",
  "[]\n",
  "null\n",
  "{}\n",
  '{"ready":1}\n',
  '{"ready":true,"pid":"7","socket":"/s","log":"/l"}\n',
  '{"ready":true,"pid":7,"log":"/l"}\n',
  '{"ready":false,"exit":1,"message":"x","answers":false}\n',
];
for (const text of others) {
  Deno.test(`parseReadyLine() refuses ${JSON.stringify(text)}`, () => {
    assertEquals(parseReadyLine(text), null);
  });
}
