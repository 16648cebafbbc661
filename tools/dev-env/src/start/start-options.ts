import { parseArgs } from 'node:util';
import { DevEnvError } from '../dev-env-error.ts';
import { SERVICE_NAMES, type ServiceName } from '../services/declared-services.ts';
import type { Replicas } from '../services/service-places.ts';
import { LISTENERS } from '../tcp-ports/mesh-ports.ts';

export const USAGE = `Usage: npm start [-- options]

Boots the whole mesh, sends one alert for each sample video, and stays up until Ctrl-C.

  --once                     end after the table of outcomes: 0 if each is as expected, else 1
  --replicas <service>=<n>   so many processes of a service (${SERVICE_NAMES.join(', ')}); may be repeated
  --help                     this text

Ports, each moved by its variable:
${LISTENERS.map(({ owner, variable, byDefault }) => `  ${variable.padEnd(25)}  ${owner} (${byDefault})`).join('\n')}

Environment: DATABASE_URL and NATS_URL to use servers of your own; VIGIE_DATA_DIR (.vigie/data); and all that the services read
(LOG_LEVEL, CONCURRENT_TASKS ...).`;

export interface StartOptions {
  once: boolean;
  help: boolean;
  replicas: Replicas;
}

/** @throws DevEnvError with the usage for anything it does not know */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { once, help, replicas } = parse(args);
  return { once, help, replicas: Object.fromEntries(replicas.map(parseReplicas)) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        replicas: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (cause) {
    throw wrongUsage((cause as Error).message, cause);
  }
}

function parseReplicas(text: string): [ServiceName, number] {
  const [name, count] = text.split('=');
  const service = SERVICE_NAMES.find(known => known === name);
  if (service === undefined || !/^[1-9]\d?$/.test(count ?? '')) {
    throw wrongUsage(`--replicas ${text}: give a service and a number from 1 to 99, as in --replicas probe-svc=2`);
  }
  return [service, Number(count)];
}

function wrongUsage(problem: string, cause?: unknown): DevEnvError {
  return new DevEnvError(`${problem}\n\n${USAGE}`, { cause });
}
