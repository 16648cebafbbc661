export { validateRequests } from './validate-requests.ts';
