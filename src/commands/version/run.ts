// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints the versions.
 * @module
 */
import { KAIZEN_VERSION, PROTO_VERSION } from "../../proto/mod.ts";
import { describeBuild } from "./build_info.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines } from "../shell/print.ts";

/** Prints the versions of kaizen, its protocol and its runtime, and how it was built. */
export async function runVersion(run: Run): Promise<void> {
  const { commit, packages } = describeBuild();
  const versions = {
    version: KAIZEN_VERSION,
    proto_version: PROTO_VERSION,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    commit,
    packages,
    target: Deno.build.target,
  };
  if (run.settings.format !== "text") return await printJson(run, versions);
  await printLines(run, [
    `kaizen ${KAIZEN_VERSION}`,
    `protocol ${PROTO_VERSION}`,
    `deno ${versions.deno} (v8 ${versions.v8}, ${versions.target})`,
    `commit ${commit ?? "unknown"}`,
    `packages ${packages}`,
  ]);
}
