export { type TcpFault, TcpFaultProxy } from './tcp-fault-proxy.ts';
