// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion for bash 4 or later.
 * @module
 */
import {
  type CommandSpec,
  describeValue,
  ENDLESS_OPTIONS,
  listValueCases,
  type OptionSpec,
} from "./completion_spec.ts";

/** Renders the completion script for bash. */
export function renderBash(commands: readonly CommandSpec[]): string {
  const cases = (print: (spec: CommandSpec) => string) =>
    commands.map((spec) => `    '${spec.path}') ${print(spec)} ;;`).join("\n");
  return `# Completion of kaizen for bash, printed by: kaizen completions bash
# To use it, run: eval "$(kaizen completions bash)"
# or save it as ~/.local/share/bash-completion/completions/kaizen

# Prints the words and the kind of argument that may follow a command.
_kaizen_words() {
  case $1 in
${
    cases(({ commands }) =>
      `echo '${commands.map(({ word }) => word).join(" ")}'`
    )
  }
  esac
}
_kaizen_argument() {
  case $1 in
${cases(({ argument }) => `echo '${describeValue(argument)}'`)}
  esac
}
_kaizen_options() {
  case $1 in
${cases(({ options }) => `echo '${options.flatMap(flagsOf).join(" ")}'`)}
  esac
}

# Prints the kind of value of an option of a command; fails for a switch.
_kaizen_value() {
  case "$1 $2" in
${valueCases(commands)}
    *) return 1 ;;
  esac
}

# Fails for an option that not every command has.
_kaizen_global() {
  case $1 in
    ${globalFlags(commands).join(" | ")}) ;;
    *) return 1 ;;
  esac
}

# Offers the words of $2 that start with $1, without expansion.
_kaizen_offer() {
  local word
  while IFS= read -r word; do
    [[ -n $word && $word == "$1"* ]] && COMPREPLY+=("$word")
  done < <(printf '%s\\n' $2)
}

# Offers paths. The bash of macOS has neither mapfile nor compopt;
# without compopt, a directory gets no slash, and its name is quoted here.
_kaizen_paths() {
  local path quotes=1
  compopt -o filenames 2>/dev/null && quotes=
  while IFS= read -r path; do
    if [[ -n $quotes ]]; then
      # A name that begins with ~ is no home, if that was not typed.
      case $2 in
        '~'*) path="~$(printf %q "\${path:1}")" ;;
        *) path=$(printf %q "$path") ;;
      esac
    fi
    COMPREPLY+=("$path")
  done < <(compgen "$1" -- "$2")
}

_kaizen_complete() {
  case $2 in
    directories) _kaizen_paths -d "$1" ;;
    files) _kaizen_paths -f "$1" ;;
    ids) _kaizen_offer "$1" "$("\${COMP_WORDS[0]}" completions ids 2>/dev/null | cut -f 1)" ;;
    sessions) _kaizen_offer "$1" @latest; _kaizen_complete "$1" ids ;;
    words*) _kaizen_offer "$1" "\${2#words}" ;;
  esac
}

_kaizen() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at=kaizen value i colons=
  local end=$COMP_CWORD own= given= endless=
  local line=\${COMP_LINE:0:\${COMP_POINT:-0}} word
  COMPREPLY=()
  # bash splits --output=json into three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  # bash also splits git:/path, and replaces only the part after the last colon.
  word=\${line##*[[:space:]]}
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
    if [[ $word == -*=* ]]; then
      cur=\${word#*=} prev=\${word%%=*}
    else
      cur=$word
      line=\${line%"$word"}
      line=\${line%"\${line##*[![:space:]]}"}
      prev=\${line##*[[:space:]]}
    fi
    colons=\${cur%"\${cur##*:}"}
    for ((i = 0; i < \${#word} && end > 1; i += \${#COMP_WORDS[end]})); do
      ((i > 0)) && ((end--))
    done
  fi
  # A command has no name after an option of its own, and takes one argument.
  for ((i = 1; i < end; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -?* ]]; then
      [[ ' ${
    ENDLESS_OPTIONS.join(" ")
  } ' == *" $word "* ]] && endless=' endless'
      _kaizen_global "\${word%%=*}" || own=1
      if _kaizen_value "$at" "$word" >/dev/null; then
        [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
        ((i++))
      fi
    elif [[ -z $own && " $(_kaizen_words "$at") " == *" $word "* ]]; then
      at+=" $word"
    else
      own=1 given+=" $word"
    fi
  done
  if value=$(_kaizen_value "$at$endless" "$prev"); then
    _kaizen_complete "$cur" "$value"
  elif [[ $cur == -* ]]; then
    _kaizen_offer "$cur" "$(_kaizen_options "$at")"
  elif [[ -n $given ]]; then
    [[ $at != 'kaizen help' ]] || _kaizen_offer "$cur" "$(_kaizen_words "kaizen$given")"
  else
    _kaizen_complete "$cur" "$(_kaizen_argument "$at")"
    [[ -n $own ]] || _kaizen_offer "$cur" "$(_kaizen_words "$at")"
  fi
  [[ -z $colons ]] || COMPREPLY=("\${COMPREPLY[@]#"$colons"}")
}

complete -F _kaizen kaizen
`;
}

function flagsOf({ word, short }: OptionSpec): string[] {
  return short === null ? [word] : [short, word];
}

function globalFlags(commands: readonly CommandSpec[]): string[] {
  return commands.slice(0, 1).flatMap(({ options }) =>
    options.filter(({ isGlobal }) => isGlobal).flatMap(flagsOf)
  );
}

function valueCases(commands: readonly CommandSpec[]): string {
  return listValueCases(commands).map(({ path, flags, value }) => {
    const start = path === null ? "*' " : `'${path} `;
    const patterns = flags.map((flag) => `${start}${flag}'`);
    return `    ${patterns.join(" | ")}) echo '${value}' ;;`;
  }).join("\n");
}
