import { spawn } from 'node:child_process';
import { errorCode, VarcoError } from '../../shared/errors.ts';

/** EX_TEMPFAIL of sysexits.h: makes the supervisor start the program again. */
export const EXIT_RESTART = 75;

/** systemd answers at once whether it will reboot the board, and ends the program a moment later. */
const REBOOT: readonly string[] = ['systemctl', '--no-ask-password', 'reboot'];
const ANSWER_MS = 5_000;
const STDERR_LENGTH_MAX = 4_096;
/** How systemd and polkit refuse, in the locale that {@link restartBoard} sets. */
const denied = /access denied|authentication required|not permitted|permission denied/i;

/**
 * Stops the program for its supervisor to start it again, or has systemd reboot the board, which stops
 * the program too.
 *
 * @throws VarcoError what {@link restartBoard} throws; the program then goes on.
 */
export async function restart(what: 'program' | 'board'): Promise<void> {
  if (what === 'board') {
    await restartBoard();
    process.exitCode = EXIT_RESTART;
    return;
  }
  process.exitCode = EXIT_RESTART;
  process.kill(process.pid, 'SIGTERM');
}

/**
 * Asks systemd to reboot the board. An unprivileged kiosk needs the polkit rule of hardware/install/.
 *
 * @throws VarcoError `notAllowed`: the rule is missing; `unsupported`: there is no systemd; `failed`: it
 * refused for another reason, or did not answer in time.
 */
export async function restartBoard([program = '', ...args] = REBOOT): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    timeout: ANSWER_MS,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr = (stderr + String(data)).slice(0, STDERR_LENGTH_MAX);
  });
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => {
      const code = errorCode(error) === 'ENOENT' ? 'unsupported' : 'failed';
      reject(new VarcoError(code, `${program} can't be run`, { cause: error }));
    });
    child.on('close', resolve);
  });
  if (exit !== 0) {
    const code = denied.test(stderr) ? 'notAllowed' : 'failed';
    throw new VarcoError(code, `${program} did not restart the board (${exit ?? 'no answer'})`);
  }
}
