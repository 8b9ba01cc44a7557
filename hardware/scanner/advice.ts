const ADVICE: Readonly<Record<string, string>> = {
  permissionDenied:
    'this user may not open the device: copy hardware/install/60-varco-scanner.rules to ' +
    '/etc/udev/rules.d, add the user to the group varco-scanner, plug the scanner in again',
  deviceMissing: 'the device is not plugged in, or has another path: varco scan --list',
  deviceBusy: 'another program holds the device: fuser -v names it',
  deviceAmbiguous: 'several scanners fit: give serial or path in the config',
  unplugged: 'the cable was pulled; the scanner is found again when it is back',
  commandNotFound: "the camera's program is not installed",
  noCamera: 'the program found no camera: check the ribbon or the USB plug',
  stalled: 'the camera gave no picture for 5 seconds and is restarted',
  decoderUnavailable: 'the decoder could not be loaded: install the packages again',
};

/** What a technician can do about a scanner's fault, by its reason code. */
export function adviceFor(reason: string): string | undefined {
  return ADVICE[reason];
}
