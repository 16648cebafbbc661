import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { passwordVariable } from '../servers/nats-users.ts';
import { natsSubjects } from '../services/nats-subjects.ts';
import { replaceBlock } from './block.ts';

const MAX_WIDTH = 120;
const GROUP_INDENT = ' '.repeat(12);

/** docker/nats.conf with a user for each service that depends on NATS. */
export function declareNatsUsers(conf: string, services: readonly ServiceDeclaration[]): string {
  const users = services.filter(({ nats }) => nats !== undefined).map(service => renderUser(service, services));
  return replaceBlock('docker/nats.conf', conf, 'users', users.join('\n'));
}

function renderUser(service: ServiceDeclaration, services: readonly ServiceDeclaration[]): string {
  const { allow, deny } = natsSubjects(service, services);
  return `    {
      user: ${service.name}
      password: $${passwordVariable(service.name)}
      permissions {
        publish {
          allow: [
${allow.flatMap(wrap).join('\n')}
          ]${deny.length === 0 ? '' : `\n          deny: [\n${wrap(deny).join('\n')}\n          ]`}
        }
        subscribe: "_INBOX.${service.name}.>"
      }
    }`;
}

/** A group of subjects on as few lines as it takes; between lines the comma may be left out. */
function wrap(subjects: readonly string[]): string[] {
  const lines: string[] = [];
  for (const subject of subjects.map(name => JSON.stringify(name))) {
    const last = lines.at(-1);
    const joined = last === undefined ? undefined : `${last}, ${subject}`;
    if (joined !== undefined && joined.length <= MAX_WIDTH) lines.splice(-1, 1, joined);
    else lines.push(GROUP_INDENT + subject);
  }
  return lines;
}
