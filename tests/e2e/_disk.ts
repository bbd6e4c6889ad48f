// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Small disks for tests, which can be filled, made read-only, and broken.
 * @module
 */
import { assert, assertStringIncludes } from "@std/assert";

/** A file system that is mounted on a folder until it is disposed of. */
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

  /**
   * Whether {@linkcode Disk.mount} works here: it needs Linux, root, and more than most containers
   * allow.
   */
  static async isPossible(): Promise<boolean> {
    if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
    const path = await Deno.makeTempDir();
    const mounted = await run("mount", ["-t", "tmpfs", "t", path]);
    if (mounted) await run("umount", [path]);
    await Deno.remove(path);
    return mounted;
  }

  /**
   * Makes the disk writable or read-only. It cannot become read-only while a file is open for
   * writing.
   */
  async remount(how: "ro" | "rw"): Promise<boolean> {
    return await run("mount", ["-o", `remount,${how}`, this.path]);
  }

  /** Writes to the disk until it is full, or until `left` bytes are left. */
  async fill(left = 0): Promise<void> {
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
    await file.truncate((await file.stat()).size - left);
  }

  /** Frees the space that {@linkcode Disk.fill} took. */
  async empty(): Promise<void> {
    await Deno.remove(`${this.path}/filler`);
  }

  /** Makes a file read-only, also for root. */
  async lock(name: string): Promise<void> {
    const path = `${this.path}/${name}`;
    assert(await run("mount", ["--bind", path, path]));
    assert(await run("mount", ["-o", "remount,bind,ro", path]));
  }

  /** Reverts {@linkcode Disk.lock}. */
  async unlock(name: string): Promise<void> {
    assert(await run("umount", [`${this.path}/${name}`]));
  }

  /**
   * A process that still uses the disk keeps it until it ends; other processes no longer see it.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", ["-l", this.path]);
  }
}

/** An ext4 file system in a file, which can fail like a broken disk. */
export class FailingDisk implements AsyncDisposable {
  readonly path: string;
  readonly #image: string;
  #device = "";

  private constructor(path: string) {
    this.path = path;
    this.#image = `${path}.img`;
  }

  /** Makes and mounts one. */
  static async mount(path: string): Promise<FailingDisk> {
    await Deno.mkdir(path, { recursive: true });
    const disk = new FailingDisk(path);
    assert(await run("truncate", ["-s", "8M", disk.#image]));
    assert(await run("mkfs.ext4", ["-q", "-F", disk.#image]));
    await disk.#mount();
    return disk;
  }

  /** Whether {@linkcode FailingDisk} works here: it needs Linux, root, a loop device and mkfs. */
  static async isPossible(): Promise<boolean> {
    if (!await Disk.isPossible()) return false;
    const folder = await Deno.makeTempDir();
    try {
      const disk = await FailingDisk.mount(`${folder}/disk`);
      await Deno.stat(disk.#switch);
      await disk[Symbol.asyncDispose]();
      return true;
    } catch {
      await run("umount", ["-l", `${folder}/disk`]);
      return false;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  get #switch(): string {
    return `/sys/fs/ext4/${this.#device}/trigger_fs_error`;
  }

  /** From now on the kernel refuses all writes, also to open files. */
  async fail(): Promise<void> {
    await Deno.writeTextFile(this.#switch, "on purpose");
  }

  /** Mounts the disk again, as after a reboot. No process may be using it. */
  async mend(): Promise<void> {
    assert(await run("umount", [this.path]));
    await this.#mount();
  }

  async #mount(): Promise<void> {
    const options = "loop,errors=remount-ro";
    assert(await run("mount", ["-o", options, this.#image, this.path]));
    const args = ["-n", "-o", "SOURCE", this.path];
    const { stdout } = await new Deno.Command("findmnt", { args }).output();
    const source = new TextDecoder().decode(stdout).trim();
    this.#device = source.slice(source.lastIndexOf("/") + 1);
  }

  /** As {@linkcode Disk}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", ["-l", this.path]);
  }
}

/** Runs a program. Returns whether it exists and has succeeded. */
async function run(program: string, args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
