export { parseOptions, WrongUsageError } from './parse-options.ts';
export { whereCalled } from './where-called.ts';
