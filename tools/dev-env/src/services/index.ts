export { SERVICE_NAMES, SERVICES, type ServiceName } from './declared-services.ts';
export { serviceSource } from './service-bundle.ts';
export { ServiceProcess } from './service-process.ts';
