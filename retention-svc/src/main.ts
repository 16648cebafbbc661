import { runService } from '@vigie/service-kit/lifecycle';
import { startRetention } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({ name: 'retention-svc', readConfig, start: startRetention });
