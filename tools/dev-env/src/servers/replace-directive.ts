import { DevEnvError } from '../dev-env-error.ts';

/** @throws DevEnvError if the configuration has no such line: it was changed, so the pattern has to be changed too */
export function replaceDirective(file: string, conf: string, pattern: RegExp, replacement: string): string {
  if (!pattern.test(conf)) throw new DevEnvError(`${file} has no line like ${pattern} to adapt to this machine.`);
  return conf.replace(pattern, replacement);
}
