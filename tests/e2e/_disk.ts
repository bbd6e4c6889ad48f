// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A small disk of its own, which can be filled and made read-only.
 * @module
 */
import { assert, assertStringIncludes } from "@std/assert";

/** A file system that is mounted at a folder until it is disposed of. */
export class Disk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts a disk; the folder is made if it is missing. */
  static async mount(path: string, size: string): Promise<Disk> {
    await Deno.mkdir(path, { recursive: true });
    const options = `size=${size},mode=700`;
    assert(await run("mount", ["-t", "tmpfs", "-o", options, "t", path]));
    return new Disk(path);
  }

  /** Whether {@linkcode Disk.mount} works here: it needs Linux, root, and more than most containers allow. */
  static async isPossible(): Promise<boolean> {
    if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
    const path = await Deno.makeTempDir();
    const mounted = await run("mount", ["-t", "tmpfs", "t", path]);
    if (mounted) await run("umount", [path]);
    await Deno.remove(path);
    return mounted;
  }

  /** Allows or refuses all writing; a file that is open for writing keeps it from being refused. */
  async remount(how: "ro" | "rw"): Promise<boolean> {
    return await run("mount", ["-o", `remount,${how}`, this.path]);
  }

  /** Writes to the disk until its last byte is taken. */
  async fill(): Promise<void> {
    using file = await Deno.open(`${this.path}/filler`, {
      create: true,
      append: true,
    });
    for (const size of [65_536, 4096, 1]) {
      try {
        while (true) await file.write(new Uint8Array(size));
      } catch (error) {
        assertStringIncludes(String(error), "No space left");
      }
    }
  }

  /** Gives back what {@linkcode Disk.fill} took. */
  async empty(): Promise<void> {
    await Deno.remove(`${this.path}/filler`);
  }

  /** Whoever still uses the disk keeps it until then; nobody else sees it any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", ["-l", this.path]);
  }
}

async function run(program: string, args: string[]): Promise<boolean> {
  const command = new Deno.Command(program, { args, stderr: "null" });
  return (await command.output()).success;
}
