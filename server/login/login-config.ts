import { z } from 'zod';
import { assuranceLevel } from './card/assurance-level.ts';
import { cardConfigSchema, resolveCardPaths } from './card/card-config.ts';

/** The `acr` values by which SPID and CIE name their levels of assurance. */
const ACR_LEVELS = {
  'https://www.spid.gov.it/SpidL1': 1,
  'https://www.spid.gov.it/SpidL2': 2,
  'https://www.spid.gov.it/SpidL3': 3,
  'https://www.cie.gov.it/CieL1': 1,
  'https://www.cie.gov.it/CieL2': 2,
  'https://www.cie.gov.it/CieL3': 3,
} as const;

/** An OpenID Connect gateway to SPID or CIE. No issuer, client or secret has a default. */
export const oidcConfigSchema = z.strictObject({
  /** Part of the redirect address: `/login/oidc/ID/callback`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  /** The button's label, such as `SPID`. */
  title: z.string().min(1).max(60),
  issuer: z
    .url({ protocol: /^https?$/ })
    .refine((text) => isSafeIssuer(new URL(text)), 'must be https, except on this machine'),
  clientId: z.string().min(1),
  /** Exactly one of these: a shared secret, or an EC or RSA private key (PEM, `private_key_jwt`). */
  clientSecretFile: z.string().min(1).optional(),
  clientKeyFile: z.string().min(1).optional(),
  scopes: z.array(z.string().min(1)).min(1).default(['openid', 'profile']),
  /** Levels of assurance by `acr`; an unlisted value counts as none. */
  acrLevels: z.record(z.string().min(1), assuranceLevel).default(ACR_LEVELS),
  /** The `acr` values to request, in order of preference. */
  acrValues: z.array(z.string().min(1)).min(1).default(['https://www.spid.gov.it/SpidL2']),
  /** The claim with `TINIT-` and the codice fiscale, read from the ID token or else from UserInfo. */
  codiceFiscaleClaim: z.string().min(1).default('fiscalNumber'),
});

export type OidcConfig = z.infer<typeof oidcConfigSchema>;

/** Plain HTTP is allowed on this machine only, for the provider of a demonstration. */
function isSafeIssuer({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

export const loginConfigSchema = z.strictObject({
  oidc: z.array(oidcConfigSchema).max(8).default([]),
  card: cardConfigSchema.optional(),
  /** Login with the 8-character PIN, which the issuer abolished in 2020; off by default. */
  pin: z.boolean().default(false),
});

export type LoginConfig = z.infer<typeof loginConfigSchema>;

/** The same config with its files' paths resolved. */
export function resolveLoginPaths(
  config: LoginConfig,
  resolve: (path: string) => string,
): LoginConfig {
  const { oidc, card } = config;
  return {
    ...config,
    oidc: oidc.map((one) => ({
      ...one,
      clientSecretFile: one.clientSecretFile && resolve(one.clientSecretFile),
      clientKeyFile: one.clientKeyFile && resolve(one.clientKeyFile),
    })),
    card: card && resolveCardPaths(card, resolve),
  };
}
