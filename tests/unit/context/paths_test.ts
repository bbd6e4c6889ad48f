// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import {
  HomeError,
  MAX_SOCKET_PATH_BYTES,
  resolvePaths,
  UsageError,
} from "../../../src/context/mod.ts";

function withEnv(values: Record<string, string>) {
  return { env: (name: string) => values[name] || undefined };
}

Deno.test("resolvePaths() puts everything into one home", () => {
  assertEquals(resolvePaths(withEnv({ HOME: "/home/u" })), {
    home: "/home/u/.kaizen",
    socket: "/home/u/.kaizen/daemon.sock",
    lock: "/home/u/.kaizen/daemon.pid",
    log: "/home/u/.kaizen/daemon.log",
    store: "/home/u/.kaizen/store.db",
    machine: "/home/u/.kaizen/machine-id",
    spool: "/home/u/.kaizen/spool",
  });
});

const HOME = "/home/u";
const homes: [
  env: Record<string, string>,
  flags: { home?: string; socket?: string },
  home: string,
  socket: string,
][] = [
  [{ HOME }, { home: "/flag" }, "/flag", "/flag/daemon.sock"],
  [{ HOME, KAIZEN_HOME: "/env" }, {}, "/env", "/env/daemon.sock"],
  [
    { HOME, KAIZEN_HOME: "/env" },
    { home: "/flag/" },
    "/flag",
    "/flag/daemon.sock",
  ],
  [
    { HOME, KAIZEN_HOME: "" },
    {},
    "/home/u/.kaizen",
    "/home/u/.kaizen/daemon.sock",
  ],
  [{ HOME: "/" }, {}, "/.kaizen", "/.kaizen/daemon.sock"],
  [{ HOME, KAIZEN_SOCK: "/s" }, {}, "/home/u/.kaizen", "/s"],
  [{ HOME, KAIZEN_SOCK: "/s" }, { socket: "/f" }, "/home/u/.kaizen", "/f"],
  [{ KAIZEN_HOME: "/env" }, { home: "" }, "/env", "/env/daemon.sock"],
];
for (const [env, flags, home, socket] of homes) {
  Deno.test(`resolvePaths() of ${JSON.stringify([env, flags])} is "${home}"`, () => {
    const paths = resolvePaths(withEnv(env), flags);
    assertEquals([paths.home, paths.socket], [home, socket]);
  });
}

Deno.test("resolvePaths() refuses paths that cannot be used", () => {
  assertThrows(() => resolvePaths(withEnv({})), HomeError, "HOME");
  assertThrows(() => resolvePaths(withEnv({ HOME: "u" })), HomeError, '"u"');
  assertThrows(
    () => resolvePaths(withEnv({ KAIZEN_HOME: "a/b" })),
    UsageError,
    "must be absolute",
  );
  assertThrows(
    () => resolvePaths(withEnv({ HOME, KAIZEN_SOCK: "s" })),
    UsageError,
    "--socket",
  );
});

Deno.test("resolvePaths() leads up from where a link leads, and refuses to lead up from nothing", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${root}/a/b`, { recursive: true });
    await Deno.symlink("a/b", `${root}/link`);
    const { home, socket } = resolvePaths(
      withEnv({ HOME: `${root}/link/..` }),
      {
        socket: `${root}/link/../s`,
      },
    );
    assertEquals([home, socket], [`${root}/a/.kaizen`, `${root}/a/s`]);
    for (const path of [`${root}/..gone/../h`, `${root}/gone/..`]) {
      for (const flags of [{ home: path }, { socket: path }]) {
        assertThrows(
          () => resolvePaths(withEnv({ HOME }), flags),
          UsageError,
          `Cannot use "${path}" as there is no "${root}/`,
        );
      }
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("resolvePaths() counts the socket's path in bytes", () => {
  const fits = "/" + "é".repeat((MAX_SOCKET_PATH_BYTES - 1) / 2);
  assertEquals(
    resolvePaths(withEnv({ HOME }), { socket: fits }).socket,
    fits,
  );
  assertThrows(
    () => resolvePaths(withEnv({ HOME }), { socket: fits + "x" }),
    UsageError,
    `${MAX_SOCKET_PATH_BYTES + 1}`,
  );
});

const closed: [env: Record<string, string>, flags: { home?: string }][] = [
  [{ HOME, KAIZEN_HOME: "/dev/shm/k" }, {}],
  [{ HOME }, { home: "/proc/self/cwd" }],
  [{ HOME }, { home: "/sys/" }],
  [{ HOME, KAIZEN_SOCK: "/dev/shm/k.sock" }, {}],
];
for (const [env, flags] of closed) {
  Deno.test(`resolvePaths() of ${JSON.stringify([env, flags])} says that no file can be opened there`, () => {
    assertThrows(
      () => resolvePaths(withEnv(env), flags),
      UsageError,
      "Deno opens no file below /",
    );
  });
}

Deno.test("resolvePaths() refuses a HOME in which no file can be opened", () => {
  assertThrows(
    () => resolvePaths(withEnv({ HOME: "/dev/shm/u" })),
    UsageError,
    'Cannot use "/dev/shm/u/.kaizen" as --home (or KAIZEN_HOME): Deno opens',
  );
  assertEquals(
    resolvePaths(withEnv({ HOME: "/dev/shm/u", KAIZEN_HOME: "/device" })).home,
    "/device",
  );
});
