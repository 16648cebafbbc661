import { createSocket } from 'node:dgram';

/**
 * Reserves a TCP port among the processes that pick free ones, until this process ends. Between picking a port and
 * listening on it lie seconds, in which another process would find it free too; specs run several at a time. The UDP
 * port of the same number, which nothing of ours uses, is the lock: the system gives it to one process only and takes
 * it back however that one ends.
 *
 * @returns whether nobody else has reserved it
 */
export function reservePort(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref();
      resolve(true);
    });
  });
}
