import { replaceDirective } from './replace-directive.ts';

export interface NginxPlace {
  port: number;
  /** The folder that holds `videos/`. */
  root: string;
  mimeTypes: string;
  /** For the pid file and the files that nginx buffers bodies in. */
  runDir: string;
}

const TEMP_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/**
 * The repository's nginx.conf, which is written for the container, with port and folders of this machine. How videos
 * are served must not differ between the two.
 * @throws DevEnvError if a directive to change is no longer in it
 */
export function moveNginxConf(conf: string, { port, root, mimeTypes, runDir }: NginxPlace): string {
  const directives: [pattern: RegExp, moved: string][] = [
    [/^pid .*;$/m, `pid ${quote(`${runDir}/nginx.pid`)};`],
    [/^( *)include .*mime\.types;$/m, `$1include ${quote(mimeTypes)};`],
    [/^( *)listen .*;$/m, `$1listen 127.0.0.1:${port};`],
    [/^( *)root .*;$/m, `$1root ${quote(root)};`],
    ...TEMP_PATHS.map((name): [RegExp, string] => [
      new RegExp(`^( *)${name}_temp_path .*;$`, 'm'),
      `$1${name}_temp_path ${quote(`${runDir}/${name}`)};`,
    ]),
  ];
  return directives.reduce(
    (text, [pattern, replacement]) => replaceDirective('nginx/nginx.conf', text, pattern, replacement),
    conf,
  );
}

function quote(text: string): string {
  return `"${text}"`;
}
