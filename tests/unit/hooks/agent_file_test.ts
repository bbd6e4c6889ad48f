// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import {
  readAgentFile,
  removeEmptyFolders,
  writeAgentFile,
} from "../../../src/hooks/agent_file.ts";
import { AgentFileError } from "../../../src/hooks/errors.ts";

async function tempFolder(): Promise<string> {
  return await Deno.realPath(await Deno.makeTempDir());
}

async function listNames(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

Deno.test("writeAgentFile() keeps the mode, and makes the folders of a new file", async () => {
  const root = await tempFolder();
  const old = `${root}/old`;
  await Deno.writeTextFile(old, "a");
  await Deno.chmod(old, 0o640);
  assertEquals(writeAgentFile(readAgentFile(old), "b"), []);
  assertEquals(await Deno.readTextFile(old), "b");
  assertEquals((await Deno.stat(old)).mode! & 0o777, 0o640);
  const path = `${root}/x/y/new`;
  const folders = writeAgentFile(readAgentFile(path), "c");
  assertEquals(folders, [`${root}/x`, `${root}/x/y`]);
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  writeAgentFile(readAgentFile(path), null);
  removeEmptyFolders(folders);
  assertEquals(await listNames(root), ["old"]);
  await Deno.remove(root, { recursive: true });
});

const meanwhile: [name: string, change: (path: string) => Promise<void>][] = [
  ["was written", (path) => Deno.writeTextFile(path, "theirs")],
  ["was removed", (path) => Deno.remove(path)],
  ["became a link", async (path) => {
    await Deno.rename(path, `${path}.moved`);
    await Deno.symlink(`${path}.moved`, path);
  }],
];
for (const [name, change] of meanwhile) {
  Deno.test(`writeAgentFile() leaves a file that ${name} in the meantime`, async () => {
    const root = await tempFolder();
    const path = `${root}/settings.json`;
    await Deno.writeTextFile(path, "old");
    const file = readAgentFile(path);
    await change(path);
    const before = await listNames(root);
    assertThrows(
      () => writeAgentFile(file, "ours"),
      AgentFileError,
      "it was changed in the meantime: try again",
    );
    assertThrows(() => writeAgentFile(file, null), AgentFileError);
    assertEquals(await listNames(root), before);
    await Deno.remove(root, { recursive: true });
  });
}

Deno.test("writeAgentFile() leaves a file that another process made in the meantime", async () => {
  const root = await tempFolder();
  const path = `${root}/settings.json`;
  const file = readAgentFile(path);
  await Deno.writeTextFile(path, "theirs");
  assertThrows(() => writeAgentFile(file, "ours"), AgentFileError);
  assertEquals(await Deno.readTextFile(path), "theirs");
  assertEquals(await listNames(root), ["settings.json"]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("readAgentFile() follows links to a file that does not exist yet", async () => {
  const root = await tempFolder();
  await Deno.mkdir(`${root}/dotfiles`);
  await Deno.symlink("dotfiles/a.json", `${root}/link`);
  const file = readAgentFile(`${root}/link`);
  assertEquals([file.text, file.target], [null, `${root}/dotfiles/a.json`]);
  writeAgentFile(file, "{}");
  assertEquals(await Deno.readTextFile(`${root}/dotfiles/a.json`), "{}");
  assertEquals((await Deno.lstat(`${root}/link`)).isSymlink, true);
  await Deno.remove(root, { recursive: true });
});

Deno.test({
  name: "readAgentFile() refuses root what belongs to another user",
  ignore: Deno.uid() !== 0,
  async fn() {
    const root = await tempFolder();
    await Deno.writeTextFile(`${root}/a`, "");
    await Deno.chown(`${root}/a`, 12345, null);
    await Deno.mkdir(`${root}/home`);
    await Deno.chown(`${root}/home`, 12345, null);
    for (const path of [`${root}/a`, `${root}/home/.claude/settings.json`]) {
      assertThrows(
        () => readAgentFile(path),
        AgentFileError,
        "belongs to user 12345",
      );
    }
    await Deno.remove(root, { recursive: true });
  },
});
