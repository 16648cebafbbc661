import type { Command, Option } from './command.ts';
import { COMMANDS, GLOBAL_OPTIONS, OWN_COMMANDS, type Shell } from './command-table.ts';

type Completed = Pick<Command, 'name' | 'summary' | 'options' | 'argChoices' | 'takesFiles'>;

const ALL: readonly Completed[] = [...COMMANDS, ...OWN_COMMANDS];

/** A script that a shell reads, to complete commands, options and those values that are known. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

function optionsOf({ options }: Completed): readonly Option[] {
  return [...options, ...GLOBAL_OPTIONS];
}

function bash(): string {
  const cases = ALL.map(command => {
    const values = command.options.flatMap(({ name, choices, isFile }) => {
      if (choices !== undefined)
        return [`      --${name}) COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$word")); return ;;`];
      return isFile ? [`      --${name}) COMPREPLY=($(compgen -f -- "$word")); return ;;`] : [];
    });
    const words = [...(command.argChoices ?? []), ...optionsOf(command).map(({ name }) => `--${name}`)].join(' ');
    const files = command.takesFiles ? ' $(compgen -f -- "$word")' : '';
    return `    ${command.name})
      case "$before" in
${[...values, '      *) ;;'].join('\n')}
      esac
      COMPREPLY=($(compgen -W "${words}" -- "$word")${files}) ;;`;
  });
  return `# bash completion of vigie: eval "$(vigie completion bash)"
_vigie() {
  # Not COMP_WORDS: bash splits alerts:write there, and replaces only what is after the last colon.
  local line="\${COMP_LINE:0:COMP_POINT}" words
  local word="\${line##* }"
  read -ra words <<<"\${line%"$word"}"
  COMPREPLY=()
  _vigie_complete "$word" "\${words[\${#words[@]}-1]}" "\${words[1]}"
  [[ $COMP_WORDBREAKS != *:* ]] || COMPREPLY=("\${COMPREPLY[@]#"\${word%"\${word##*:}"}"}")
}
_vigie_complete() {
  local word="$1" before="$2"
  case "$3" in
${cases.join('\n')}
    *) COMPREPLY=($(compgen -W "${ALL.map(({ name }) => name).join(' ')}" -- "$word")) ;;
  esac
}
complete -F _vigie vigie
`;
}

function zsh(): string {
  const commands = ALL.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = ALL.map(command => {
    const specs = optionsOf(command).map(option => `        '${zshOption(option)}'`);
    if (command.argChoices !== undefined) specs.push(`        '1: :(${command.argChoices.join(' ')})'`);
    if (command.takesFiles) specs.push(`        '*:file:_files'`);
    return `    ${command.name})\n      _arguments \\\n${specs.join(' \\\n')} ;;`;
  });
  return `#compdef vigie
# zsh completion of vigie: eval "$(vigie completion zsh)", after compinit
_vigie() {
  local -a commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${cases.join('\n')}
  esac
}
compdef _vigie vigie
`;
}

function zshOption({ name, value, isRepeated, choices, isFile, help }: Option): string {
  const start = `${isRepeated ? '*' : ''}--${name}[${quoted(help).replace(/[[\]:]/g, '\\$&')}]`;
  if (value === undefined) return start;
  if (choices !== undefined) return `${start}:${value}:(${choices.join(' ').replaceAll(':', '\\:')})`;
  return `${start}:${value.replaceAll(':', '')}:${isFile ? '_files' : ' '}`;
}

function fish(): string {
  const names = ALL.map(({ name }) => name).join(' ');
  const first = `not __fish_seen_subcommand_from ${names}`;
  const lines = ALL.flatMap(command => [
    `complete -c vigie -n '${first}' -a ${command.name} -d '${quoted(command.summary)}'`,
    ...fishArguments(command),
    ...optionsOf(command).map(
      option => `complete -c vigie -n '__fish_seen_subcommand_from ${command.name}' ${fishOption(option)}`,
    ),
  ]);
  return `# fish completion of vigie: vigie completion fish | source
complete -c vigie -f
${lines.join('\n')}
`;
}

function fishArguments({ name, argChoices, takesFiles }: Completed): string[] {
  const seen = `complete -c vigie -n '__fish_seen_subcommand_from ${name}'`;
  if (argChoices !== undefined) return [`${seen} -a '${argChoices.join(' ')}'`];
  return takesFiles ? [`${seen} -F`] : [];
}

function fishOption({ name, short, value, choices, isFile, help }: Option): string {
  const names = short === undefined ? `-l ${name}` : `-l ${name} -s ${short}`;
  if (value === undefined) return `${names} -d '${quoted(help)}'`;
  const values = choices === undefined ? (isFile ? '-r -F' : '-x') : `-x -a '${choices.join(' ')}'`;
  return `${names} ${values} -d '${quoted(help)}'`;
}

/** Within single quotes, which none of the shells unquotes in the same way. */
function quoted(text: string): string {
  return text.replaceAll("'", '’');
}
