/** Why a certificate is not made: a word for its condition, and a sentence. */
export class Fault extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}
