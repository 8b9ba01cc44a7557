/**
 * A stand-in for `rpicam-vid`: writes what it gets from a Unix socket (the first argument) to standard
 * output, byte for byte, so that the camera driver reads frames from a real child process's pipe.
 */
import { connect } from 'node:net';

const [, , path = ''] = process.argv;
const socket = connect(path);
socket.pipe(process.stdout);
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
