import fastify from 'fastify';
import { expect, test } from 'vitest';
import { answeredCode, httpStatusOf, sendRefusal } from '../../../server/http-status.ts';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { VarcoError } from '../../../shared/errors.ts';

test.each<[ErrorCode, number]>([
  ['requestInvalid', 400],
  ['reasonMissing', 400],
  ['unauthorized', 401],
  ['forbidden', 403],
  ['gateUnknown', 404],
  ['gateTaken', 409],
  ['countMismatch', 409],
  ['policyUnknown', 422],
  ['nobodyMeant', 422],
  ['busy', 429],
  ['overloaded', 503],
  ['storeUnavailable', 503],
  ['storeCorrupt', 500],
])('%s is answered with %i', (code, status) => {
  expect(httpStatusOf(new VarcoError(code, 'x'))).toBe(status);
});

test.each<[string, unknown, number]>([
  ['an error without a status', new Error('x'), 500],
  ['an error of the system', Object.assign(new Error('x'), { code: 'EACCES' }), 500],
  ['a status that is none of a refusal', Object.assign(new Error('x'), { statusCode: 200 }), 500],
  ['a status that is no number', Object.assign(new Error('x'), { statusCode: '400' }), 500],
  ['what is thrown and no error', 'x', 500],
])('%s is a fault of ours', (_what, error, status) => {
  expect(httpStatusOf(error)).toBe(status);
});

test.each<[string, unknown, string]>([
  ['a refusal of ours', new VarcoError('gateTaken', 'x'), 'gateTaken'],
  ['what may pass', new VarcoError('unavailable', 'x'), 'unavailable'],
  ['what may pass, of a queue', new VarcoError('overloaded', 'x'), 'overloaded'],
  ['a deadline', new VarcoError('timeout', 'x'), 'timeout'],
  ['a fault of ours', new VarcoError('storeCorrupt', 'x'), 'internal'],
  ['any other fault', new Error('x'), 'internal'],
  ['a body too large', Object.assign(new Error('x'), { statusCode: 413 }), 'tooLarge'],
  ['a type', Object.assign(new Error('x'), { statusCode: 415 }), 'mediaTypeUnsupported'],
  ['what is not JSON', Object.assign(new Error('x'), { statusCode: 400 }), 'requestInvalid'],
  ['a status of nobody', Object.assign(new Error('x'), { statusCode: 418 }), 'requestInvalid'],
])('the answer to %s names a known code', (_what, error, code) => {
  expect(answeredCode(error)).toBe(code);
});

test('what fastify itself refuses keeps its status', async () => {
  const http = fastify({ bodyLimit: 8 });
  http.setErrorHandler((error, _request, reply) => reply.code(httpStatusOf(error)).send('x'));
  http.post('/', () => 'x');
  http.get('/refused', (_request, reply) => sendRefusal(reply, 'tooManyStreams', { more: 1 }));
  const post = async (type: string, payload: string) => {
    const answer = await http.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': type },
      payload,
    });
    return answer.statusCode;
  };
  expect(await post('application/json', '{')).toBe(400);
  expect(await post('application/json', '"far too long"')).toBe(413);
  expect(await post('image/png', 'x')).toBe(415);
  const refused = await http.inject('/refused');
  expect([refused.statusCode, refused.json()]).toEqual([503, { code: 'tooManyStreams', more: 1 }]);
  await http.close();
});
