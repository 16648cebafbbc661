import { request } from 'node:http';
import type { Attack, AttackResult, Target } from '../attack.ts';
import type { Answer } from '../clients/answer.ts';

const ALERT = JSON.stringify({ uid: 'from-a-web-page', video: '/videos/x.mp4', timestamp: 1, store: 's' });

/** What any page in a browser on this machine may send without being asked. */
export const WEB_PAGE_ATTACKS: readonly Attack[] = [
  {
    name: 'simple-request',
    what: 'a form of another site posts JSON as text/plain',
    ports: ['gateway'],
    run: target => post(target, { 'content-type': 'text/plain' }, ['HTTP 415']),
  },
  {
    name: 'foreign-origin',
    what: 'a script of another site posts JSON',
    ports: ['gateway'],
    run: target => post(target, { 'content-type': 'application/json', origin: 'https://evil.example' }, ['HTTP 403']),
  },
  {
    name: 'dns-rebinding',
    what: 'a page whose name was made to lead to this machine posts JSON',
    ports: ['gateway'],
    run: target => post(target, { 'content-type': 'application/json', host: 'evil.example' }, ['HTTP 403', 'HTTP 421']),
  },
];

async function post(
  { address }: Target,
  headers: Readonly<Record<string, string>>,
  allowed: readonly string[],
): Promise<AttackResult> {
  const paths = ['/alert', '/alerts', '/v1/alerts', '/vigie.alert.v1.AlertService/CreateAlert'];
  return { answers: await Promise.all(paths.map(path => postTo(`http://${address}${path}`, headers))), allowed };
}

/** `fetch` sets Host and Origin itself. */
function postTo(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', chunk => (text += chunk));
      response.on('end', () => {
        const { statusCode = 0 } = response;
        resolve({ ending: statusCode < 300 ? 'OK' : `HTTP ${statusCode}`, message: text, saysWhenToRetry: false });
      });
    });
    asked.once('error', reject);
    asked.end(ALERT);
  });
}
