import { BeamcoderHeaderProbe } from './adapters/beamcoder/beamcoder-header-probe.ts';
import { LibavHeaderProbe } from './adapters/libav/libav-header-probe.ts';
import type { BackendConfig } from './backend-config.ts';
import type { HeaderProbe } from './ports/header-probe.ts';

/** @throws BeamcoderLoadError */
export function createHeaderProbe({ backend, threads }: BackendConfig): HeaderProbe {
  switch (backend) {
    case 'libav':
      return new LibavHeaderProbe();
    case 'beamcoder':
      return new BeamcoderHeaderProbe(threads);
  }
}
