export { SERVICE_NAMES, SERVICES, type ServiceName } from './declared-services.ts';
export { ServiceProcess } from './service-process.ts';
