import { parseArgs } from 'node:util';
import { DevEnvError } from '../dev-env-error.ts';
import { SERVICE_NAMES, type ServiceName } from '../services/declared-services.ts';

export const USAGE = `Usage: npm run dev [-- options]

Boots the whole mesh and restarts each service whose source changes; a change in lib/, native/ or proto/ restarts those
that use it. Stays up until Ctrl-C. Ports and environment are those of npm start.

  --inspect <service>   lets a debugger attach to it (${SERVICE_NAMES.join(', ')}), on port 9229;
                        may be repeated, each further one on the next port
  --help                this text`;

const FIRST_INSPECTOR_PORT = 9229;

export interface DevOptions {
  help: boolean;
  /** The port of the inspector of each service that has one. */
  inspectorPorts: ReadonlyMap<ServiceName, number>;
}

/** @throws DevEnvError with the usage for anything it does not know */
export function parseDevOptions(args: readonly string[]): DevOptions {
  const { help, inspect } = parse(args);
  const unknown = inspect.find(name => !SERVICE_NAMES.includes(name));
  if (unknown !== undefined) throw wrongUsage(`--inspect ${unknown}: no service has this name`);
  return { help, inspectorPorts: new Map(inspect.map((name, place) => [name, FIRST_INSPECTOR_PORT + place])) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        inspect: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (cause) {
    throw wrongUsage((cause as Error).message, cause);
  }
}

function wrongUsage(reason: string, cause?: unknown): DevEnvError {
  return new DevEnvError(`${reason}\n\n${USAGE}`, { cause });
}
