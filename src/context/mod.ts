// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The surroundings of a run: environment, home and socket path, workspace rule, durations, clock,
 * streams, system errors.
 * @module
 */
export {
  type Context,
  realContext,
  type SilentContext,
  silentContext,
} from "./context.ts";
export {
  closedReason,
  refuseClosed,
  whyClosed,
  whyNoHome,
} from "./closed_folder.ts";
export { connectOwn } from "./connect_own.ts";
export { parseDuration } from "./duration.ts";
export { errorMessage } from "./error_message.ts";
export {
  ClosedPipeError,
  HomeBusyError,
  HomeError,
  StartError,
  UsageError,
} from "./errors.ts";
export { isOn } from "./is_on.ts";
export {
  FileChangedError,
  FOLDER_MODE,
  isPrivate,
  lookAt,
  makeOwnFolder,
  openOwnFile,
  openToRead,
  readOwnFile,
  refusal,
  setOddAside,
  whyKeptOut,
  whyNoOwnFolder,
  whyOdd,
} from "./own_file.ts";
export { whyForeign, whyReplaceable } from "./owner.ts";
export { parentOf } from "./parent_of.ts";
export { expiry, pause } from "./pause.ts";
export {
  MAX_SOCKET_PATH_BYTES,
  type PathFlags,
  type Paths,
  resolvePaths,
} from "./paths.ts";
export { programPath } from "./program_path.ts";
export { realPath } from "./real_path.ts";
export { retryInterrupted } from "./retry_interrupted.ts";
export type { Input, Output } from "./streams.ts";
export {
  faultWords,
  findFault,
  isSystemError,
  systemReason,
} from "./system_error.ts";
export { whyUnmade } from "./unmade_folder.ts";
export { currentDirectory, findWorkspace } from "./workspace.ts";
