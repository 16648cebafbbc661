export { SERVICE_NAMES, SERVICE_PORTS, type ServiceName } from './service-names.ts';
export { ServiceProcess } from './service-process.ts';
