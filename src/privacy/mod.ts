// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The user's wishes about recorded data: `config.toml` in the home, the payloads that are not
 * recorded, and secrets that are removed.
 * @module
 */
export {
  type Config,
  CONFIG_FILE,
  ConfigError,
  readConfig,
  type Rules,
} from "./config.ts";
export { makeExportRedactor, redactsExports } from "./export_redactor.ts";
export { makeRedactor, type Redactor } from "./redact.ts";
export {
  type AllowedBody,
  applyConfig,
  applyRules,
  forgetDeleted,
} from "./apply_config.ts";
export { EventFilter } from "./event_filter.ts";
