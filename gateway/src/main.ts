import { runService } from '@vigie/service-kit/lifecycle';
import { startGateway } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({
  name: 'gateway',
  readConfig,
  start: async (config, context) => void (await startGateway(config, context)),
});
