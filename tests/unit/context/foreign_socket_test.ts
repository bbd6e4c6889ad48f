// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { connectOwn } from "../../../src/context/mod.ts";

/** A user that no machine has. */
const MALLORY = 54_322;
const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

Deno.test({
  name:
    "connectOwn() gives no byte to a socket that another user binds before it connects",
  ignore: !isRoot,
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o1777);
    const path = `${folder}/s`;
    const hers = `${folder}/hers`;
    using _own = Deno.listen({ transport: "unix", path });
    const foreign = Deno.listen({ transport: "unix", path: hers });
    await Deno.chown(hers, MALLORY, MALLORY);
    const { connect } = Deno;
    Object.assign(Deno, {
      connect: async (options: Deno.UnixConnectOptions) => {
        await Deno.rename(hers, path);
        return await connect(options);
      },
    });
    try {
      await assertRejects(
        () => connectOwn(path),
        Error,
        `belongs to user ${MALLORY}`,
      );
    } finally {
      Object.assign(Deno, { connect });
    }
    const conn = await foreign.accept();
    assertEquals(await conn.read(new Uint8Array(1)), null);
    conn.close();
    foreign.close();
    await Deno.remove(folder, { recursive: true });
  },
});
