import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Searches all files in a folder for secrets, in the encodings in which a program may write them.
 *
 * @returns the paths of files with a secret, and the index of the secret, never its text.
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

/** The part of a base64 text that depends only on the secret, after this many other bytes. */
function base64At(secret: string, offset: number): string {
  const text = Buffer.from(`${'x'.repeat(offset)}${secret}`)
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(offset === 0 ? 0 : offset + 1, -1);
}
