import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NativeLoadError } from './native-load-error.ts';
import type { PosterAnswer } from './poster-answer.ts';
import type { ProbeAnswer } from './probe-answer.ts';

// The native boundary: plain data only, absent is null. The C++ side trusts these shapes; probe.ts checks them.

export interface NativeRequest {
  readonly ranges: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly sizeBytes: number | null;
  readonly timeoutMs: number;
  readonly probeSizeBytes: number;
  readonly maxStreams: number;
  readonly maxPackets: number;
}

/** That `media` has exactly the fields of the alert's `Media` is checked by media-fields.spec.ts. */
export type NativeAnswer = ProbeAnswer | { readonly kind: 'cancelled' };

export interface NativePosterRequest extends NativeRequest {
  readonly maxSidePixels: number;
  readonly quality: number;
  readonly maxPixels: number;
  readonly maxFrameBytes: number;
}

export type NativePosterAnswer = PosterAnswer | { readonly kind: 'cancelled' };

/** Opaque; keeps the cancel flag of a running probe or poster alive. */
export interface TaskHandle {
  readonly taskHandle: unique symbol;
}

type Complete<Answer> = (error: Error | null, answer: Answer) => void;

interface Addon {
  /** Null when `complete` has been called already. */
  startProbe(request: NativeRequest, complete: Complete<NativeAnswer>): TaskHandle | null;
  startPoster(request: NativePosterRequest, complete: Complete<NativePosterAnswer>): TaskHandle;
  cancelTask(handle: TaskHandle): void;
  readonly libavVersion: string;
}

const addonUrl = new URL('../build/Release/vigie_native.node', import.meta.url);

function loadAddon(): Addon {
  const path = fileURLToPath(addonUrl);
  try {
    return createRequire(import.meta.url)(path);
  } catch (cause) {
    throw new NativeLoadError(path, cause);
  }
}

export const addon = loadAddon();
