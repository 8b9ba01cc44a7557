/** What a kiosk writes about itself: an event's name and stable codes, never anything of a person. */
export interface KioskLog {
  info(fields: Record<string, string | number>, message: string): void;
  warn(fields: Record<string, string | number>, message: string): void;
}
