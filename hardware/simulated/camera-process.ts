/**
 * Takes the place of `rpicam-vid`: copies the bytes from a Unix socket (the first argument) to standard
 * output, so that the camera driver reads frames from the pipe of a real child process.
 */
import { connect } from 'node:net';

const [, , path = ''] = process.argv;
const socket = connect(path);
socket.pipe(process.stdout);
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
