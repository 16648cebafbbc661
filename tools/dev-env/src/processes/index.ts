export { boundToParent } from './bound-to-parent.ts';
export type { ProcessExit, SupervisedProcess } from './supervised-process.ts';
