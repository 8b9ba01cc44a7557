import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const RUN_MS = 120_000;
const START_MS = 60_000;
const OUTPUT_BYTES_MAX = 10_000_000;

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** An install of varco that is tried as a person would: by its command. */
export class Installed {
  readonly folder: string;
  readonly #node: string;

  /** @param node the Node that runs it */
  constructor(folder: string, node: string) {
    this.folder = folder;
    this.#node = node;
  }

  varco(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.node([join(this.folder, 'dist/scripts/varco/main.js'), ...words], env);
  }

  node(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const options = {
      cwd: this.folder,
      env: { ...process.env, ...env },
      timeout: RUN_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
    };
    return new Promise((resolve) => {
      execFile(this.#node, [...words], options, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
      });
    });
  }

  /** Like `varco`, for what must succeed. */
  async must(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.varco(words);
    check(code === 0, `varco ${words.join(' ')} ended with ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Starts what runs until it is stopped, lets `work` have the address that it prints, and stops it. */
  async serving(words: readonly string[], work: (url: string) => Promise<void>): Promise<void> {
    const main = join(this.folder, 'dist/scripts/varco/main.js');
    const child = spawn(this.#node, [main, ...words], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const lines: string[] = [];
    try {
      await work(await addressOf([child.stdout, child.stderr], lines, ended));
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
    check(child.exitCode === 0, `varco ${words.join(' ')} stopped with ${child.exitCode}`);
  }
}

/** The first line that is an address alone; everything else is log, kept for the complaint. */
async function addressOf(
  outputs: readonly NodeJS.ReadableStream[],
  lines: string[],
  ended: Promise<unknown>,
): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const found = new Promise<string>((resolve, reject) => {
    const complain = (why: string) => reject(new Error(`${why}\n${lines.join('\n')}`));
    timer = setTimeout(complain, START_MS, 'It printed no address');
    void ended.then(() => complain('It ended before it served'));
    for (const output of outputs) {
      createInterface(output).on('line', (line) => {
        lines.push(line);
        if (/^https?:\/\/\S+$/.test(line)) {
          resolve(line);
        }
      });
    }
  });
  return await found.finally(() => clearTimeout(timer));
}

export function check(holds: boolean, otherwise: string): void {
  if (!holds) {
    throw new Error(otherwise);
  }
}
