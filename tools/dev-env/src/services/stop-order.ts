import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { DevEnvError } from '../dev-env-error.ts';

/**
 * Groups of services, to be stopped one group after the other: a service is stopped before the services that it calls.
 * @throws DevEnvError if services depend on one another in a circle
 */
export function stopOrder(services: readonly ServiceDeclaration[]): string[][] {
  const groups: string[][] = [];
  let running = services;
  while (running.length > 0) {
    const called = new Set(running.flatMap(({ dependsOn }) => Object.values(dependsOn)));
    const group = running.filter(({ name }) => !called.has(name)).map(({ name }) => name);
    if (group.length === 0) {
      throw new DevEnvError(`These services depend on one another: ${running.map(({ name }) => name).join(', ')}.`);
    }
    groups.push(group);
    running = running.filter(({ name }) => !group.includes(name));
  }
  return groups;
}
