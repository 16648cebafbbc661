import path from 'node:path';

/** The main file of a service that only says what it was started with. */
export const STAND_IN_SERVICE = path.join(import.meta.dirname, 'stand-in-service.ts');
