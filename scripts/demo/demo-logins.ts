import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine } from '../../server/fleet/access/actor.ts';
import { invitationLink } from '../../server/login/staff-accounts.ts';
import type { StaffTerms } from '../../server/login/staff-rows.ts';
import { demoPeople } from '../sample/demo-people.ts';
import type { DemoAddition } from './addition.ts';
import { newcomer } from './citizen.ts';
import { startIdentityProvider } from './identity-provider.ts';

const labels: Record<string, string> = {
  entitled: '80 %',
  entitledWithCompanion: '100 %, con accompagnatore',
  notCovered: '46 %',
  revoked: 'codice revocato',
  notInArchive: 'non in archivio',
};
const PROVIDER = 'spid';

/** An identity provider with the sample people, and invitations for an operator and an administrator. */
export const logins: DemoAddition = async ({ folder, origin }) => {
  const provider = await startIdentityProvider({
    people: [
      ...demoPeople.map(({ label, person }) => ({
        codiceFiscale: person.codiceFiscale,
        name: person.name,
        label: labels[label] ?? '',
      })),
      { ...newcomer.person, label: 'senza codice: può chiederlo' },
    ],
    origin,
    provider: PROVIDER,
  });
  const clientSecretFile = join(folder, 'identity-provider.secret');
  await writeFile(clientSecretFile, provider.clientSecret, { mode: 0o600 });
  const { issuer, clientId } = provider;
  const oidc = [{ id: PROVIDER, title: 'SPID (demo)', issuer, clientId, clientSecretFile }];
  return {
    config: { login: { oidc, pin: true } },
    async ready({ app, administratorLink }) {
      const invite = async (terms: StaffTerms) =>
        invitationLink(origin, (await app.logins.staff.invite(commandLine, terms)).secret);
      return [
        { label: 'A citizen logs in', url: `${origin}/login` },
        {
          label: 'An operator, by invitation',
          url: await invite({ role: 'operator', sites: 'all' }),
        },
        { label: 'An administrator, by invitation', url: administratorLink ?? '' },
        { label: 'Staff log in', url: `${origin}/login/staff` },
      ];
    },
    stop: () => provider.stop(),
  };
};
