import { spawn } from 'node:child_process';

/** EX_TEMPFAIL of sysexits.h: whoever supervises the program starts it again. */
export const EXIT_RESTART = 75;

/**
 * Ends the program in order, to be started again by its supervisor; or asks systemd for a restart of the
 * board, which ends the program on its way.
 */
export function restart(what: 'program' | 'board'): void {
  process.exitCode = EXIT_RESTART;
  if (what === 'program') {
    process.kill(process.pid, 'SIGTERM');
    return;
  }
  const child = spawn('systemctl', ['reboot'], { stdio: 'ignore' });
  child.on('error', () => process.stderr.write('systemctl is not here: the board stays up\n'));
}
