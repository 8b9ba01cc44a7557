import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../../fleet/access/roles.ts';
import { homeOf } from '../../login/logins.ts';
import { Notice } from '../form-parts.tsx';
import { languageOf } from '../request-language.ts';
import type { LoginDeps } from './login-deps.ts';
import { loginWords } from './login-words.ts';

/** Shows new recovery codes, once: the server keeps only their hashes. */
export function sendRecoveryCodes(
  { pages }: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { codes, role }: { codes: readonly string[]; role: Role | undefined },
): FastifyReply {
  const { recovery } = loginWords[languageOf(request)];
  return pages.send(request, reply, {
    title: recovery.title,
    body: (
      <>
        <h1>{recovery.title}</h1>
        <p class="lead">{recovery.text}</p>
        <Notice kind="warn">
          <p>{recovery.once}</p>
        </Notice>
        <ol class="varco-recovery-codes">
          {codes.map((code) => (
            <li key={code}>
              <code class="fs-5">{code}</code>
            </li>
          ))}
        </ol>
        <p class="d-print-none">
          <a class="btn btn-primary" href={homeOf(role)}>
            {recovery.goOn}
          </a>
        </p>
      </>
    ),
  });
}
