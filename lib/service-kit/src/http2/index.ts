/** Between a client's socket and a server of HTTP/2. */
export { HeaderGuardedSocket } from './header-guarded-socket.ts';
