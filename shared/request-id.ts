/**
 * A new request id: a UUID of version 7 (RFC 9562 §5.7), 48 bits of time and 74 random ones. The ids of
 * one moment stand side by side in the server's index, so that a group of answers touches few of its
 * pages; a wrong clock loses that advantage and nothing else.
 *
 * @param now Unix milliseconds.
 * @param randomBytes from a cryptographic source: a receipt's number is made of the id's last bits.
 */
export function newRequestId(now: number, randomBytes: (size: number) => Uint8Array): string {
  const time = Math.trunc(Math.max(0, now) % 2 ** 48)
    .toString(16)
    .padStart(12, '0');
  const bytes = randomBytes(10);
  bytes[0] = 0x70 | ((bytes[0] ?? 0) & 0x0f);
  bytes[2] = 0x80 | ((bytes[2] ?? 0) & 0x3f);
  const random = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [
    time.slice(0, 8),
    time.slice(8),
    random.slice(0, 4),
    random.slice(4, 8),
    random.slice(8),
  ].join('-');
}
