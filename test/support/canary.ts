import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Looks for secrets in every file under a folder, as text in any of the ways a program may write it.
 *
 * @returns the files that hold one, named by path and by which secret, never by its content.
 */
export async function filesHolding(folder: string, secrets: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    for (const [index, secret] of secrets.entries()) {
      if (formsOf(secret).some((form) => content.includes(form))) {
        found.push(`${path} holds secret ${index}`);
      }
    }
  }
  return found;
}

function formsOf(secret: string): Buffer[] {
  const lower = secret.toLowerCase();
  return [
    Buffer.from(secret),
    Buffer.from(lower),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(Buffer.from(secret).toString('hex')),
    ...[0, 1, 2].map((offset) => Buffer.from(base64At(secret, offset))),
  ];
}

/** The part of a base64 text that is the secret's alone, when so many bytes come before it. */
function base64At(secret: string, offset: number): string {
  const text = Buffer.from(`${'x'.repeat(offset)}${secret}`)
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(offset === 0 ? 0 : offset + 1, -1);
}
