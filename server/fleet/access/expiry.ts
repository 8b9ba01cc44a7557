/** Something that ends: a certificate, a key, a token. */
export interface Expiry {
  name: string;
  at: number;
}
