import { replaceDirective } from './replace-directive.ts';

export interface NginxPlace {
  port: number;
  /** The folder that holds `videos/`. */
  root: string;
  mimeTypes: string;
  /** For the pid file and the files that nginx buffers bodies in. */
  runDir: string;
  asRoot: boolean;
}

const TEMP_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/**
 * The repository's nginx.conf, moved to another place: it is written for the container, and how videos are served must not
 * differ between the two.
 * @throws DevEnvError if a directive to move is no longer in it
 */
export function moveNginxConf(conf: string, { port, root, mimeTypes, runDir, asRoot }: NginxPlace): string {
  const directives: [pattern: RegExp, moved: string][] = [
    [/^pid .*;$/m, `pid ${quote(`${runDir}/nginx.pid`)};`],
    [/^( *)include .*mime\.types;$/m, `$1include ${quote(mimeTypes)};`],
    [/^( *)listen .*;$/m, `$1listen 127.0.0.1:${port};`],
    [/^( *)root .*;$/m, `$1root ${quote(root)};`],
    [
      /^http \{$/m,
      `http {\n${TEMP_PATHS.map(name => `  ${name}_temp_path ${quote(`${runDir}/${name}`)};`).join('\n')}`,
    ],
  ];
  const moved = directives.reduce(
    (text, [pattern, replacement]) => replaceDirective('nginx/nginx.conf', text, pattern, replacement),
    conf,
  );
  // A checkout under root's private home is closed to the user that workers get by default.
  return asRoot ? `user root;\n${moved}` : moved;
}

function quote(text: string): string {
  return `"${text}"`;
}
