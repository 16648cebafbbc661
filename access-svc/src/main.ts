import { runService } from '@vigie/service-kit/lifecycle';
import { startAccess } from './composition-root.ts';
import { readConfig } from './config.ts';
import { service } from './service.ts';

await runService({ name: service.name, readConfig, start: startAccess });
