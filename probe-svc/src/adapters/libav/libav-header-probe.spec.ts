import { itIsAHeaderProbe } from '../../testing/header-probe.contract.ts';
import { LibavHeaderProbe } from './libav-header-probe.ts';

describe('LibavHeaderProbe', () => {
  const probe = new LibavHeaderProbe();
  itIsAHeaderProbe(() => probe);
});
