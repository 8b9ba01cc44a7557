import { z } from 'zod';
import { assuranceLevel } from './assurance-level.ts';

const file = z.string().min(1);

/** A separate listener that requests the TLS client certificate of a card. */
const cardListenerSchema = z.strictObject({
  address: z.string().min(1),
  port: z.number().int().min(0).max(65_535),
  /** Its public origin, such as `https://card.varco.example.it`; absent: its own address. */
  origin: z.url({ protocol: /^https$/ }).optional(),
  /** Its own certificate and key, PEM. */
  certificateFile: file,
  keyFile: file,
});
export type CardListenerConfig = z.infer<typeof cardListenerSchema>;

/** A proxy that terminates TLS and forwards the card's certificate in `Client-Cert` (RFC 9440). */
const cardProxySchema = z.strictObject({
  /** Its address, as the connection shows it. */
  address: z.string().min(1),
  /** Holds what it sends as `X-Varco-Proxy-Secret`: 32 characters at least. */
  secretFile: file,
});

/** CNS and CIE smart cards. */
export const cardConfigSchema = z
  .strictObject({
    listener: cardListenerSchema.optional(),
    proxy: cardProxySchema.optional(),
    /** The certification authorities whose cards are accepted, PEM; never the system's own list. */
    authorityFiles: z.array(file).min(1).max(64),
    /** Their revocation lists, PEM or DER; read again when they change. */
    revocationFiles: z.array(file).max(64).default([]),
    /** Rejects a card without a current list of its issuer; set to `false` only for a trial. */
    requireRevocation: z.boolean().default(true),
    /** Levels of assurance by certificate policy (CNS, CIE). */
    policies: z
      .record(z.string().regex(/^\d+(\.\d+)+$/), assuranceLevel)
      .default({ '1.3.76.16.2.1': 3, '1.3.76.47.4': 3 }),
  })
  .refine(({ listener, proxy }) => listener || proxy, 'needs a listener or a proxy');

export type CardConfig = z.infer<typeof cardConfigSchema>;

/** The same config with its files' paths resolved. */
export function resolveCardPaths(card: CardConfig, resolve: (path: string) => string): CardConfig {
  const { listener, proxy } = card;
  return {
    ...card,
    authorityFiles: card.authorityFiles.map(resolve),
    revocationFiles: card.revocationFiles.map(resolve),
    proxy: proxy && { ...proxy, secretFile: resolve(proxy.secretFile) },
    listener: listener && {
      ...listener,
      certificateFile: resolve(listener.certificateFile),
      keyFile: resolve(listener.keyFile),
    },
  };
}
