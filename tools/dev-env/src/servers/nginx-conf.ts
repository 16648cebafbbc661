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
 * The repository's nginx.conf, which is written for the container, with port and folders of this machine. How videos
 * are served must not differ between the two.
 * @throws DevEnvError if a directive to change is no longer in it
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
  // The default user of workers can't read a checkout in root's home.
  return asRoot ? `user root;\n${moved}` : moved;
}

function quote(text: string): string {
  return `"${text}"`;
}
