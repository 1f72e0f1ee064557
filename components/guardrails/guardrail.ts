/** A document that somebody else enforces: what it is named, what it is, and how it comes into force. */
export type Guardrail = { file: string; is: string; attach: string; content: unknown };
