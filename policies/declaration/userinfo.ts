import type { Fault } from "../../components/country/fault.ts";

/** A text without the names and passwords that stand before a host. */
export function withoutUserinfo(text: string): string {
  return text
    .replace(/:\/\/[^\s"'@]*@/g, "://***@")
    .replace(/(^|[\s"'=,])(?!\S*:\/\/)[^\s"'=,@:]*:[^\s"'@]*@(?=[\w[*])/g, "$1***@");
}

/** A fault that quotes neither. */
export function discreet({ found, remedy, ...fault }: Fault): Fault {
  return { ...fault, found: withoutUserinfo(found), remedy: withoutUserinfo(remedy) };
}
