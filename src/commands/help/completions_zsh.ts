// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion for zsh.
 * @module
 */
import {
  type CommandSpec,
  type Described,
  describeValue,
  ENDLESS_OPTIONS,
  listValueCases,
} from "./completion_spec.ts";

/** Renders the completion script for zsh. */
export function renderZsh(commands: readonly CommandSpec[]): string {
  return `#compdef kaizen
# Completion of kaizen for zsh, printed by: kaizen completions zsh
# To use it, run this after compinit: source <(kaizen completions zsh)
# or save it as _kaizen in a directory of $fpath

# Prints the kind of value of an option of a command; fails for a switch.
_kaizen_value() {
  case "$1 $2" in
${valueCases(commands)}
    (*) return 1 ;;
  esac
}

# Fails for an option that not every command has.
_kaizen_global() {
  case \${1%%=*} in
    (${globalFlags(commands).join("|")}) ;;
    (*) return 1 ;;
  esac
}

_kaizen_complete() {
  local -a list
  case $1 in
    directories) _files -/ ;;
    files) _files ;;
    ids|sessions)
      [[ $1 == ids ]] || list=('@latest:the newest session of this workspace')
      list+=(\${(f)"$("$words[1]" completions ids 2>/dev/null | sed -e 's/:/\\\\:/g' -e 's/\\t/:/')"})
      _describe -V session list
      ;;
    words*)
      list=(\${=1#words})
      compadd -a list
      ;;
  esac
}

_kaizen() {
  local at=kaizen i value own given endless
  local -a commands options
  # A command has no name after an option of its own, and takes one argument.
  for ((i = 2; i < CURRENT; i++)); do
    if [[ $words[i] == -?* ]]; then
      [[ ' ${
    ENDLESS_OPTIONS.join(" ")
  } ' == *" \${words[i]%%=*} "* ]] && endless=' endless'
      _kaizen_global "$words[i]" || own=1
      _kaizen_value "$at" "$words[i]" >/dev/null && ((i++))
    else
      case "\${own:-$at $words[i]}" in
        ${
    commands.slice(1).map(({ path }) => `'${path}'`).join(" | ")
  }) at+=" $words[i]" ;;
        (*) own=1 given+=" $words[i]" ;;
      esac
    fi
  done
  if [[ $words[CURRENT] == --*=* ]] && value=$(_kaizen_value "$at$endless" "\${words[CURRENT]%%=*}"); then
    compset -P '*='
    _kaizen_complete "$value"
    return
  fi
  if ((CURRENT > 2)) && value=$(_kaizen_value "$at$endless" "$words[CURRENT-1]"); then
    _kaizen_complete "$value"
    return
  fi
  case $at in
${commands.map(renderCommand).join("\n")}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
    return
  fi
  if [[ -n $given ]]; then
    [[ $at == 'kaizen help' ]] || return
    at=kaizen$given own=
    case $at in
${
    commands.filter(({ commands }) => commands.length > 0).map(renderWords)
      .join("\n")
  }
      (*) return ;;
    esac
    value=
  fi
  [[ -z $own ]] && ((\${#commands})) && _describe command commands
  [[ -n $value ]] && _kaizen_complete "$value"
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _kaizen "$@"
else
  compdef _kaizen kaizen
fi
`;
}

function renderCommand(spec: CommandSpec): string {
  const options = spec.options.flatMap(({ word, short, description }) => [
    { word, description },
    ...short === null ? [] : [{ word: short, description }],
  ]);
  return `    '${spec.path}')
      commands=(${spec.commands.map(quote).join(" ")})
      options=(${options.map(quote).join(" ")})
      value=${quoteText(describeValue(spec.argument))}
      ;;`;
}

function renderWords(spec: CommandSpec): string {
  return `      '${spec.path}') commands=(${
    spec.commands.map(quote).join(" ")
  }) ;;`;
}

function quote({ word, description }: Described): string {
  return quoteText(`${word}:${description.replaceAll(":", "\\:")}`);
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function globalFlags(commands: readonly CommandSpec[]): string[] {
  return commands.slice(0, 1).flatMap(({ options }) =>
    options.filter(({ isGlobal }) => isGlobal)
      .flatMap(({ word, short }) => short === null ? [word] : [short, word])
  );
}

function valueCases(commands: readonly CommandSpec[]): string {
  return listValueCases(commands).map(({ path, flags, value }) => {
    const start = path === null ? "*' " : `'${path} `;
    const patterns = flags.map((flag) => `${start}${flag}'`);
    return `    (${patterns.join("|")}) echo '${value}' ;;`;
  }).join("\n");
}
