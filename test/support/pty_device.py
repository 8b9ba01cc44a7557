"""The far end of a serial device for tests: a pseudo-terminal whose link (argv[1]) is the device.

Bytes on standard input come out of the device; bytes written to the device go to standard output.
The end of standard input is the cable pulled out: the line is hung up and the link vanishes.
"""
import os, pty, select, sys, tty

link = sys.argv[1]
near, far = pty.openpty()
tty.setraw(far)
name = os.ttyname(far)
os.chmod(name, 0o660)
try:
    os.unlink(link)
except FileNotFoundError:
    pass
os.symlink(name, link)
os.close(far)
while True:
    ready, _, _ = select.select([near, 0], [], [], 5)
    if near in ready:
        try:
            os.write(1, os.read(near, 4096))
        except OSError:
            # Nobody has the device open (EIO): wait a little instead of spinning.
            select.select([0], [], [], 0.005)
    if 0 in ready:
        data = os.read(0, 4096)
        if not data:
            break
        while data:
            data = data[os.write(near, data):]
os.unlink(link)
os.close(near)
