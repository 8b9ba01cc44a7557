import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { enrol } from '../../device/link/enrol.ts';
import { newKey } from '../../device/link/identity.ts';
import { systemClock } from '../../shared/clock.ts';
import { isErrorCode } from '../../shared/error-codes.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { type EnrolInvitation, parseInvitation } from '../../shared/protocol/enrolment-messages.ts';
import { writeOwnerOnly } from '../launch/owner-only-file.ts';
import type { SimulatedIdentity } from './simulated-kiosk.ts';

const SOFTWARE = 'varco 0.1.0';

/**
 * Enrols kiosks one after the other, as real ones are: a new key, a code, `POST /enrol`.
 *
 * @throws VarcoError with the code of the first refusal.
 */
export async function enrolAll(
  invitations: readonly EnrolInvitation[],
  ca?: string,
): Promise<SimulatedIdentity[]> {
  const identities: SimulatedIdentity[] = [];
  for (const invitation of invitations) {
    const key = newKey();
    const deps = { clock: systemClock, software: SOFTWARE, tls: { ca } };
    const result = await enrol(invitation, key, deps);
    if (!result.ok) {
      const progress = `after ${identities.length} of ${invitations.length}`;
      throw new VarcoError(
        isErrorCode(result.code) ? result.code : 'enrolmentFailed',
        `A simulated kiosk was not enrolled (${result.code}), ${progress}`,
      );
    }
    const { kioskId } = result.answer;
    identities.push({ kioskId, privateKey: key.privateKey, url: result.url });
  }
  return identities;
}

/** Reads invitations, one per line, as in the QR codes of the sheet. @throws VarcoError `codesInvalid`. */
export async function readInvitations(path: string): Promise<EnrolInvitation[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    const invitation = parseInvitation(line);
    if (!invitation) {
      throw new VarcoError('codesInvalid', `${path}: line ${index + 1} is not an enrolment code`);
    }
    return invitation;
  });
}

const fileSchema = z.array(
  z.strictObject({ kioskId: z.string(), url: z.string(), privateKey: z.string() }),
);

/** Stores the identities for the next run; their keys are of no use outside of a simulation. */
export async function keepIdentities(
  path: string,
  identities: readonly SimulatedIdentity[],
): Promise<void> {
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const kept = identities.map(({ privateKey, ...rest }) => ({
    ...rest,
    privateKey: pem(privateKey),
  }));
  await writeOwnerOnly(path, JSON.stringify(kept));
}

/** Reads stored identities; `undefined` if there are none yet. @throws VarcoError `identitiesInvalid`. */
export async function readIdentities(path: string): Promise<SimulatedIdentity[] | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  try {
    const kept = fileSchema.parse(JSON.parse(text));
    return kept.map((one) => ({ ...one, privateKey: createPrivateKey(one.privateKey) }));
  } catch (cause) {
    throw new VarcoError('identitiesInvalid', `${path} holds no simulated kiosks`, { cause });
  }
}
