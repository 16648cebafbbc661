import { unescape as decode } from 'node:querystring';

/** The header for the user and the password in a URL (RFC 7617, in UTF-8), as flat names and values. */
export function authorizationOf({ username, password }: URL): readonly string[] {
  if (username === '' && password === '') return [];
  const credentials = Buffer.from(`${decode(username)}:${decode(password)}`);
  return ['authorization', `Basic ${credentials.toString('base64')}`];
}
