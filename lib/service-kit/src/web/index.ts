export { AllowedHosts, hostOf } from './allowed-hosts.ts';
export { type ForwardedRequest, TrustedProxies } from './trusted-proxies.ts';
