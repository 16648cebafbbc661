import type { LyingVideoProxy, VideoLie } from '../lying-video-proxy.ts';
import type { Fault } from './fault.ts';

export function videoFault(proxy: LyingVideoProxy, lie: VideoLie): Fault {
  return {
    async inject() {
      proxy.lie = lie;
    },
    async heal() {
      proxy.lie = undefined;
    },
  };
}
