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
    Buffer.from(Buffer.from(secret).toString('base64').replace(/=+$/, '')),
  ];
}
