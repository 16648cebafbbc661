import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { listWorkspaces } from '../../setup/workspaces.mjs';
import { DevEnvError } from '../dev-env-error.ts';

const DECLARATION = 'src/service.ts';
/** Dependencies that are no services. */
const SERVERS = ['nats', 'postgres', 'postgres-owner', 'videos'];

/**
 * The services of a project: every workspace with a `src/service.ts`.
 * @throws DevEnvError naming what is wrong with a declaration
 */
export async function discoverServices(projectDir: string): Promise<readonly ServiceDeclaration[]> {
  const folders = listWorkspaces(projectDir).filter(folder => existsSync(path.join(projectDir, folder, DECLARATION)));
  const services = await Promise.all(folders.map(folder => readDeclaration(projectDir, folder)));
  const mistakes = services.flatMap(service => findMistakes(service, services));
  if (mistakes.length > 0) throw new DevEnvError(mistakes.join('\n'));
  return services;
}

async function readDeclaration(projectDir: string, folder: string): Promise<ServiceDeclaration> {
  const file = path.join(projectDir, folder, DECLARATION);
  const { service } = (await import(pathToFileURL(file).href)) as { service?: ServiceDeclaration };
  if (service === undefined) throw new DevEnvError(`${folder}/${DECLARATION} has no export "service".`);
  if (service.name !== folder) throw new DevEnvError(`${folder}/${DECLARATION}: name must be ${folder}.`);
  return service;
}

function findMistakes(service: ServiceDeclaration, services: readonly ServiceDeclaration[]): string[] {
  const others = services.filter(other => other !== service);
  const dependencies = Object.values(service.dependsOn);
  const unknown = dependencies.filter(name => !SERVERS.includes(name) && !others.some(other => other.name === name));
  const takenPorts = portsOf(service).filter(port => others.flatMap(portsOf).includes(port));
  const mistakes = [
    ...unknown.map(name => `dependsOn names ${name}, which is neither another service nor ${SERVERS.join(', ')}`),
    ...takenPorts.map(port => `another service has port ${port} too`),
    ...(dependencies.includes('nats') === (service.nats !== undefined)
      ? []
      : ['nats says what its NATS user may do, so it is there exactly if dependsOn names nats']),
  ];
  return mistakes.map(mistake => `${service.name}/${DECLARATION}: ${mistake}.`);
}

function portsOf({ port, healthPort }: ServiceDeclaration): number[] {
  return port === undefined ? [healthPort] : [port, healthPort];
}
