const always = {
  'x-content-type-options': 'nosniff',
  // Without our own origin in it, a form's `Origin` would be `null` (Fetch, "append a request Origin").
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  // For whatever is not a page, and is opened as one.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};
/** Two years, as the preload lists ask (RFC 6797). */
const HSTS = 'max-age=63072000; includeSubDomains';

/** The headers that every answer has, also one that no route gives. */
export function securityHeaders(origin: string | undefined): Record<string, string> {
  return origin?.startsWith('https:') ? { ...always, 'strict-transport-security': HSTS } : always;
}
