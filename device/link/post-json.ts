import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { VarcoError } from '../../shared/errors.ts';
import type { LinkTls } from './link-socket.ts';

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 65_536;

/** An answer of any status. */
export interface JsonAnswer {
  status: number;
  body: unknown;
}

/**
 * Posts JSON and reads the JSON that comes back, with the link's own trust: the built-in `fetch` takes no
 * authority of one's own. Redirections are not followed.
 *
 * @throws the system's error, or VarcoError `timeout`, `tooLarge`, `notJson`.
 */
export function postJson(url: URL, body: unknown, tls: LinkTls): Promise<JsonAnswer> {
  const text = JSON.stringify(body);
  const { ca, cert, key } = tls;
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    timeout: TIMEOUT_MS,
    agent: false as const,
    ca,
    cert,
    key,
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestTls : requestPlain;
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > ANSWER_BYTES_MAX) {
          request.destroy(new VarcoError('tooLarge', 'The answer is too large'));
        }
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          resolve({ status: response.statusCode ?? 0, body: answer });
        } catch (cause) {
          reject(new VarcoError('notJson', 'The answer is not JSON', { cause }));
        }
      });
    });
    request.on('timeout', () => request.destroy(new VarcoError('timeout', 'No answer in time')));
    request.on('error', reject);
    request.end(text);
  });
}
