import type { Command, CommandContext, Option } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { WrongUsageError } from './wrong-usage-error.ts';

/** What is done with one kind of thing: `create` of `vigie keys create`. */
export interface Action {
  readonly options: readonly Option[];
  /** @throws WrongUsageError, VigieError */
  readonly run: (context: CommandContext) => Promise<void>;
}

export interface ActionsCommand extends Pick<Command, 'name' | 'summary' | 'details'> {
  /** By name. The first one is done where none is named. */
  readonly actions: Readonly<Record<string, Action>>;
}

/** A command whose first argument says what is to be done, each with options of its own. */
export function commandOfActions({ actions, ...command }: ActionsCommand): Command {
  const byName = new Map(Object.entries(actions));
  const names = [...byName.keys()];
  const options = [...new Set([...byName.values()].flatMap(action => action.options))];
  return {
    ...command,
    args: '[ACTION]',
    argChoices: names,
    options,
    onlyReads: false,
    async run(context) {
      const [name = names[0] as string, ...args] = context.args;
      const action = byName.get(name);
      if (action === undefined)
        throw new WrongUsageError(`there is no ${command.name} ${name}, but ${names.join(', ')}`);
      const strange = options.find(option => context.values.has(option.name) && !action.options.includes(option));
      if (strange !== undefined) throw new WrongUsageError(`--${strange.name} is not for ${command.name} ${name}`);
      await action.run({ ...context, args });
      return EXIT.done;
    },
  };
}
