import type { Dirent } from 'node:fs';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Rule } from './prune.ts';

/** What was left out, in bytes, by the rule that said so. */
export type LeftOut = Map<string, number>;

/** A package's own files, without those of packages inside it. */
export async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  const waiting = [''];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const entries: Dirent[] = await readdir(join(folder, at), { withFileTypes: true });
    for (const entry of entries) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules') {
        waiting.push(path);
      } else if (entry.isFile()) {
        files.push(path);
      }
    }
  }
  return files.sort();
}

/** Copies one package but for what a rule leaves out. */
export async function copyPackage(
  from: string,
  to: string,
  name: string,
  rules: readonly Rule[],
  leftOut: LeftOut,
): Promise<void> {
  for (const file of await filesOf(from)) {
    const rule = rules.find((one) => one.leavesOut(file, name));
    if (rule) {
      const { size } = await stat(join(from, file));
      leftOut.set(rule.what, (leftOut.get(rule.what) ?? 0) + size);
    } else {
      await copyTo(join(from, file), join(to, file));
    }
  }
}

export async function copyTo(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

/** The bytes of all files below a folder. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      bytes += (await stat(join(entry.parentPath, entry.name))).size;
    }
  }
  return bytes;
}
