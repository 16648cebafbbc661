import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { passwordVariable } from '../servers/nats-users.ts';
import { postgresRole, rolePasswordVariable } from '../servers/postgres-roles.ts';
import { variablePrefix } from '../services/variable-prefix.ts';
import { replaceBlock } from './block.ts';

const FILE = 'docker/compose.yaml';

const OWNER_DATABASE_URL = `postgresql://vigie:$\{POSTGRES_PASSWORD:-vigie}@postgres:5432/vigie`;

/** The containers of dependencies that are not named after their container. */
const CONTAINERS: Readonly<Record<string, string>> = { 'postgres-owner': 'postgres', videos: 'nginx' };

/** docker/compose.yaml with a container for each service, and the passwords of their NATS users. */
export function declareContainers(compose: string, services: readonly ServiceDeclaration[]): string {
  const users = services.filter(({ nats }) => nats !== undefined);
  const passwords = users.map(({ name }) => `      ${passwordVariable(name)}: ${passwordReference(name)}`);
  const withPasswords = replaceBlock(FILE, compose, 'passwords', passwords.join('\n'));
  const containers = services.map(service => renderContainer(service, services));
  return replaceBlock(FILE, withPasswords, 'services', `${containers.join('\n\n')}\n`);
}

function renderContainer(service: ServiceDeclaration, services: readonly ServiceDeclaration[]): string {
  const { name, healthPort, image } = service;
  const test = `fetch('http://127.0.0.1:${healthPort}/readyz').then(r => process.exit(r.ok ? 0 : 1))`;
  const lines = [
    '<<: *service',
    `build: { context: .., dockerfile: docker/Dockerfile, args: { SERVICE: ${name} } }`,
    ...section('environment', environmentOf(service, services)),
    ...section(
      'ports',
      portsOf(service).map(port => `- "${port}"`),
    ),
    ...section(
      'depends_on',
      containersBefore(service).map(container => `${container}: { condition: service_healthy }`),
    ),
    `mem_limit: ${image.memoryMib}m`,
    ...section('healthcheck', ['<<: *healthcheck', `test: ["CMD", "node", "-e", "${test}"]`]),
  ];
  return [`  ${name}:`, ...lines.map(line => `    ${line}`)].join('\n');
}

/** Nothing if it has no lines. */
function section(key: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${key}:`, ...lines.map(line => `  ${line}`)];
}

function environmentOf(service: ServiceDeclaration, services: readonly ServiceDeclaration[]): string[] {
  const addresses = Object.entries(service.dependsOn).map(([variable, dependency]) => {
    return `${variable}: ${addressOf(dependency, service.name, services)}`;
  });
  const settings = Object.entries(service.image.settings ?? {}).map(([variable, value]) => {
    return `${variable}: $\{${variable}:-${value}}`;
  });
  // Whoever is called has to know who may call.
  const shared = [service.port !== undefined && '*access', service.nats !== undefined && '*streams'].filter(Boolean);
  return [...addresses, ...settings, ...(shared.length === 0 ? [] : [`<<: [${shared.join(', ')}]`])];
}

function addressOf(dependency: string, user: string, services: readonly ServiceDeclaration[]): string {
  switch (dependency) {
    case 'nats':
      return `nats://${user}:${passwordReference(user)}@nats:4222`;
    case 'postgres':
      return rowsDatabaseUrl(user);
    case 'postgres-owner':
      return OWNER_DATABASE_URL;
    case 'videos':
      return 'http://nginx:8080';
    default:
      return `${dependency}:${services.find(({ name }) => name === dependency)?.port}`;
  }
}

function rowsDatabaseUrl(service: string): string {
  const role = postgresRole(service);
  return `postgresql://${role}:$\{${rolePasswordVariable(service)}:-${role}}@postgres:5432/vigie`;
}

function passwordReference(user: string): string {
  return `$\{${passwordVariable(user)}:-${user}}`;
}

function portsOf({ name, port, healthPort, isPublic = false }: ServiceDeclaration): string[] {
  const prefix = variablePrefix(name);
  const bind = isPublic ? `$\{${prefix}_BIND:-127.0.0.1}` : '127.0.0.1';
  const own = port === undefined ? [] : [`${bind}:$\{${prefix}_PORT:-${port}}:${port}`];
  return [...own, `127.0.0.1:$\{${prefix}_HEALTH_PORT:-${healthPort}}:${healthPort}`];
}

function containersBefore({ dependsOn }: ServiceDeclaration): string[] {
  return [...new Set(Object.values(dependsOn).map(dependency => CONTAINERS[dependency] ?? dependency))];
}
