import { spawn } from 'node:child_process';
import { errorCode, VarcoError } from '../../shared/errors.ts';

/** EX_TEMPFAIL of sysexits.h: whoever supervises the program starts it again. */
export const EXIT_RESTART = 75;

/** systemd answers at once whether it restarts the board; the program ends by it a moment later. */
const REBOOT: readonly string[] = ['systemctl', '--no-ask-password', 'reboot'];
const ANSWER_MS = 5_000;
const STDERR_LENGTH_MAX = 4_096;
/** As systemd and polkit say no, in the language that {@link restartBoard} asks for. */
const denied = /access denied|authentication required|not permitted|permission denied/i;

/**
 * Ends the program in order, to be started again by its supervisor; or asks systemd for a restart of the
 * board, which ends the program on its way.
 *
 * @throws VarcoError what {@link restartBoard} throws; then the program goes on.
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
 * Asks for a restart of the board. An unprivileged kiosk needs the polkit rule of hardware/install/ for it.
 *
 * @throws VarcoError `notAllowed`: the rule is not there; `unsupported`: no systemd is here; `failed`: it
 * said no for another reason, or nothing in time.
 */
export async function restartBoard([program = '', ...args] = REBOOT): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    timeout: ANSWER_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said = (said + String(data)).slice(0, STDERR_LENGTH_MAX);
  });
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => {
      const code = errorCode(error) === 'ENOENT' ? 'unsupported' : 'failed';
      reject(new VarcoError(code, `${program} can't be run`, { cause: error }));
    });
    child.on('close', resolve);
  });
  if (exit !== 0) {
    const code = denied.test(said) ? 'notAllowed' : 'failed';
    throw new VarcoError(code, `${program} did not restart the board (${exit ?? 'no answer'})`);
  }
}
