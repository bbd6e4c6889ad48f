// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen daemon install` and `uninstall`, with a stand-in for systemctl.
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { programCommand, tempHome } from "./harness.ts";

Deno.test({
  name:
    "daemon install writes a unit that starts this program, and daemon uninstall removes it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using home = await tempHome();
    const bin = `${home.root}/bin`;
    await Deno.mkdir(bin);
    await Deno.writeTextFile(
      `${bin}/systemctl`,
      `#!/bin/sh\necho "$*" >>'${home.root}/calls'\n[ ! -e '${home.root}/no bus' ] || { echo "no bus" >&2; exit 1; }\n`,
      { mode: 0o755 },
    );
    const env = {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      XDG_CONFIG_HOME: `${home.root}/config`,
    };
    const path = `${home.root}/config/systemd/user/kaizen.service`;
    const run = async (...words: string[]) => {
      const { code, stdout, stderr } = await home.run(
        ["daemon", ...words, "--json"],
        { env },
      );
      assertEquals(stderr === "", [0, 3].includes(code));
      return { code, answer: JSON.parse(stdout) };
    };
    await home.run(["daemon", "start", "--background"]);
    assertEquals(await run("install"), {
      code: 0,
      answer: {
        installed: true,
        changed: true,
        path,
        started: true,
        reason: null,
      },
    });
    assertEquals((await home.run(["status"])).code, 3, "it gave the home up");
    const unit = await Deno.readTextFile(path);
    const [, line = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
    assertMatch(line, /^".*kaizen[^"]*" "daemon" "run" "--home" ".*"$/);
    const program = programCommand()[0]?.split("/").at(-1) ?? "";
    assert(line.includes(`/${program}"`), line);
    await Deno.writeTextFile(`${home.root}/no bus`, "");
    const { code, answer } = await run("install");
    assertEquals([code, answer.changed, answer.started], [3, false, false]);
    assertEquals(answer.reason, "systemctl failed: no bus");
    await home.run(["daemon", "start", "--background"]);
    const said = await home.run(["daemon", "install", "-o", "text"], { env });
    assertEquals([said.code, said.stderr], [3, ""]);
    assertStringIncludes(said.stdout, "The daemon that ran was stopped: ");
    assertEquals((await home.run(["status"])).code, 3);
    await Deno.remove(`${home.root}/no bus`);
    assertEquals((await run("uninstall")).answer, { installed: false, path });
    assertEquals((await Deno.readTextFile(`${home.root}/calls`)).split("\n"), [
      "--user daemon-reload",
      "--user enable --now kaizen.service",
      "--user daemon-reload",
      "--user daemon-reload",
      "--user disable --now kaizen.service",
      "--user daemon-reload",
      "",
    ]);
    assertEquals((await run("uninstall")).code, 1);
    const { stderr } = await home.run(["daemon", "uninstall"], { env });
    assertMatch(stderr, /\n {2}try: kaizen (?:--home \S+ )?daemon install\n$/);
    await Deno.writeTextFile(path, "[Unit]\n");
    const foreign = await run("install");
    assertEquals([foreign.code, foreign.answer.code], [74, "file_error"]);
    assertEquals(await Deno.readTextFile(path), "[Unit]\n");
  },
});
