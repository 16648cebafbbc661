import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { discoverServices } from './discover-services.ts';

/** The services of this project, as they declare themselves. */
export const SERVICES: readonly ServiceDeclaration[] = await discoverServices(PROJECT_DIR);

export type ServiceName = string;

export const SERVICE_NAMES: readonly ServiceName[] = SERVICES.map(({ name }) => name);
