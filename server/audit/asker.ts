/** Who asks: a kiosk, an operator or a command. */
export interface Asker {
  /** Such as `kiosk:gate-1` or `operator:17`; the request id is only unique within it. */
  id: string;
  site: string;
}
