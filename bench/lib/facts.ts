// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Facts about the machine and the programs that are measured.
 * @module
 */
import { findBun, findProgram, findPython, readLine } from "./bench.ts";

/** Returns names and versions, for the README of a run. */
export async function collectFacts(
  reference: string | null,
): Promise<[name: string, value: string][]> {
  const python = await findPython();
  const bun = await findBun();
  const load = Deno.loadavg().map((it) => it.toFixed(1)).join(" ");
  const mib = Deno.systemMemoryInfo().total / 1024 / 1024;
  const candidates: [string, string | null][] = [
    ["Processor", await processor()],
    ["Cores", `${navigator.hardwareConcurrency}`],
    ["Memory", `${Math.round(mib)} MiB`],
    ["System", await readLine(["uname", "-sr"])],
    ["Load before", load],
    ["Deno", `${Deno.version.deno} (V8 ${Deno.version.v8})`],
    ["Reference", reference && await readLine([reference, "--version"])],
    ["Node", await findProgram("node") && await readLine(["node", "-v"])],
    ["Bun", bun && await readLine([bun, "--version"])],
    ["Python", python && await readLine([python, "--version"])],
    ["jq", await readLine(["jq", "--version"])],
    ["socat", await socatVersion()],
  ];
  return candidates.map(([name, value]) => [name, value ?? "not installed"]);
}

async function socatVersion(): Promise<string | null> {
  if (await findProgram("socat") === null) return null;
  const line = ["sh", "-c", "socat -V | sed -n 's/^socat version //p'"];
  return await readLine(line);
}

async function processor(): Promise<string | null> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    return /^model name\s*: (.*)$/m.exec(text)?.[1] ?? null;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return await readLine(["sysctl", "-n", "machdep.cpu.brand_string"]);
  }
}
