// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Writes `docs/dependencies.md`.
 * @module
 */
import { renderDependencies } from "./dependencies.ts";
import { ROOT, runDeno } from "./project.ts";

const path = `${ROOT}/docs/dependencies.md`;
await Deno.writeTextFile(path, await renderDependencies());
Deno.exitCode = await runDeno(["fmt", "-q", path]);
