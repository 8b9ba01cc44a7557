/** The roles of staff; `permissions.ts` defines what each may do. */
export const roles = ['viewer', 'operator', 'siteManager', 'administrator', 'auditor'] as const;
export type Role = (typeof roles)[number];

export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}
