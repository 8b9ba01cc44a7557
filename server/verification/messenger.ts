/** Sends one-time codes and second-level answers to the citizen; throws when the message was not accepted. */
export interface Messenger {
  sendCode(to: { mobile: string; personId?: number | undefined }, code: string): Promise<void>;
  sendDetail(to: { email: string; personId?: number | undefined }, text: string): Promise<void>;
}
