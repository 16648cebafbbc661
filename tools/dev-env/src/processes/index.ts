export type { ProcessExit, SupervisedProcess } from './supervised-process.ts';
