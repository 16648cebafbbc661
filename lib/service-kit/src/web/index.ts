export { AllowedHosts } from './allowed-hosts.ts';
