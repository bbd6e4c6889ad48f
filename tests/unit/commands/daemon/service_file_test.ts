// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  AGENT_NAME,
  makeLaunchAgent,
  makeUnit,
  UNIT_NAME,
} from "../../../../src/commands/daemon/service_file.ts";

const PACKAGED = { program: "/usr/lib/kaizen/kaizen.sh", home: null };
const ODD = { program: '/a b/$HOME/"%h"/<&>', home: "/h\\n" };
const packaging = (name: string) =>
  Deno.readTextFile(
    new URL(`../../../../packaging/${name}`, import.meta.url),
  );

/** Runs a program with a text in a file; null if the program is missing. */
async function check(
  words: readonly string[],
  name: string,
  text: string,
): Promise<{ code: number; output: string } | null> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    const [program = "", ...args] = words;
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, `${folder}/${name}`],
      // Without a session of the user there is no such folder.
      env: { XDG_RUNTIME_DIR: folder },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function has(program: string): Promise<boolean> {
  return await check([program, "--version"], "x", "") !== null;
}

Deno.test("packaging/ has the files of a program that a package has installed", async () => {
  assertEquals(makeUnit(PACKAGED), await packaging(UNIT_NAME));
  assertEquals(
    makeLaunchAgent({ program: "/usr/local/lib/kaizen/kaizen.sh", home: null }),
    await packaging(`${AGENT_NAME}.plist`),
  );
});

Deno.test("makeUnit() quotes what systemd would read as something else", () => {
  assertStringIncludes(
    makeUnit(ODD),
    '\nExecStart="/a b/$$HOME/\\"%%h\\"/<&>" "daemon" "run" "--home" "/h\\\\n"\n',
  );
});

Deno.test({
  name: "systemd finds no fault in the unit",
  ignore: !await has("systemd-analyze"),
  async fn() {
    const text = makeUnit({ program: "/bin/sh", home: "/h %i" });
    const result = await check(
      ["systemd-analyze", "--user", "--man=no", "verify"],
      UNIT_NAME,
      text,
    );
    assertEquals(result, { code: 0, output: "" });
  },
});

Deno.test({
  name: "a reader of property lists finds the words in the agent of launchd",
  ignore: !await has("python3"),
  async fn() {
    const read = "import json, plistlib, sys; " +
      "print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))";
    const result = await check(
      ["python3", "-c", read],
      "agent.plist",
      makeLaunchAgent(ODD),
    );
    assertEquals(JSON.parse(result?.output ?? ""), {
      Label: AGENT_NAME,
      ProgramArguments: [ODD.program, "daemon", "run", "--home", ODD.home],
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 30,
      ProcessType: "Background",
      Umask: 0o77,
    });
  },
});
