"""The far end of a serial device for tests: a pseudo-terminal whose link (argv[1]) is the device.

Lines on standard input tell what to do, each answered by a line `done`: `plug`, `unplug` (the line is hung
up and the link vanishes), `swap` (both at once, as a loose plug does), `send HEX` (bytes come out of the
device). What the host writes to the device comes as a line `data HEX`. The end of standard input unplugs.
"""
import errno, os, pty, select, sys, tty

link = sys.argv[1]
near = None
waiting = b""


def tell(line):
    os.write(1, (line + "\n").encode())


def plug():
    global near
    near, far = pty.openpty()
    tty.setraw(far)
    os.set_blocking(near, False)
    name = os.ttyname(far)
    os.chmod(name, 0o660)
    try:
        os.unlink(link)
    except FileNotFoundError:
        pass
    os.symlink(name, link)
    os.close(far)


def unplug():
    global near, waiting
    if near is not None:
        os.unlink(link)
        os.close(near)
    near, waiting = None, b""


def flush():
    """Writes what the device has to say, as much as the line takes now."""
    global waiting
    try:
        while waiting:
            waiting = waiting[os.write(near, waiting):]
    except BlockingIOError:
        pass


def obey(line):
    global waiting
    word, _, rest = line.partition(" ")
    if word == "send":
        waiting += bytes.fromhex(rest)
        flush()
    elif word == "plug":
        plug()
    elif word == "unplug":
        unplug()
    elif word == "swap":
        unplug()
        plug()
    tell("done")


commands = b""
while True:
    reads = [0] if near is None else [0, near]
    ready, writable, _ = select.select(reads, [near] if waiting else [], [], 5)
    if writable:
        flush()
    if near is not None and near in ready:
        try:
            tell("data " + os.read(near, 4096).hex())
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EAGAIN):
                raise
            # Nobody has the device open: wait a little instead of spinning.
            select.select([0], [], [], 0.005)
    if 0 in ready:
        read = os.read(0, 65536)
        if not read:
            break
        *lines, commands = (commands + read).split(b"\n")
        for line in lines:
            obey(line.decode())
unplug()
