import { WrongUsageError } from './wrong-usage-error.ts';

/** The one argument that there has to be. @throws WrongUsageError */
export function onlyArg(args: readonly string[], name: string): string {
  const [arg, ...others] = args;
  if (arg === undefined || arg === '' || others.length > 0) throw new WrongUsageError(`give one ${name}`);
  return arg;
}

/** @throws WrongUsageError if there is an argument */
export function noArgs(args: readonly string[]): void {
  if (args.length > 0) throw new WrongUsageError(`${args[0]}: there are only options here`);
}
