export const OLDEST_FIT_NATS_SERVER: string;
export function parseNatsServerVersion(text: string): string | undefined;
export function isFitNatsServer(version: string): boolean;
export function findNatsServerFault(version: string): string | undefined;
