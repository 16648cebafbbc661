export { requireNanos } from './require-nanos.ts';
export { validateRequests } from './validate-requests.ts';
