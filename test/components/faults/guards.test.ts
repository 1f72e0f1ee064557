import { describe } from "vitest";
import { type Expected, refuses } from "./broken.ts";

const broken: Record<string, Expected[]> = {
  "account-as-a-number": [[10, "freehold:guards.accounts[0]", "the number 111122223333", 'write  - "111122223333"']],
  "account-everywhere": [[10, "freehold:guards.accounts[0]", 'the text "*"', 'write  - "111122223333"  (an example)']],
  "account-that-lost-its-zero": [
    [10, "freehold:guards.accounts[0]", "012345678901, which Pulumi reads", 'if it is a text,  "012345678901"'],
    [10, "freehold:guards.accounts[0]", "the number 12345678901", "(an example)"],
  ],
  "hosts-in-another-region": [
    [10, "freehold:guards.hosts[0]", "which is in Germany (eu-central-1, AWS)", "name hosts in Switzerland"],
  ],
  "hosts-of-a-cloud": [
    [10, "freehold:guards.hosts[0]", "which covers names of AWS in every region", "name the hosts one by one"],
  ],
  "hosts-under-a-public-suffix": [
    [10, "freehold:guards.hosts[0]", "which covers names that anybody may register", "a domain of your own"],
  ],
  "treaty-by-a-name": [[10, "freehold:guards.treaties[0].country", "Liechtenstein", "write  country: LI"]],
  "treaty-for-no-class": [
    [10, "freehold:guards.treaties[0].classes", "an empty list", "write  classes: [ statistics ]"],
  ],
  "treaty-with-itself": [
    [10, "freehold:guards.treaties[0].country", "CH, which is the country itself", "take the treaty out"],
  ],
  "treaty-without-reason": [[10, "freehold:guards.treaties[0].because", "nothing", "add  because:"]],
  "waiver-forever": [[11, "freehold:guards.waivers[0].expires", "nothing", 'add  expires: "2027-03-31"']],
  "waiver-until-a-date-without-quotes": [
    [15, "freehold:guards.waivers[0].expires", "2027-03-31, which Pulumi reads", 'write  "2027-03-31"'],
  ],
  "waiver-until-no-day": [[15, "freehold:guards.waivers[0].expires", "2027-02-30", 'write  expires: "2027-03-31"']],
  "waiver-with-a-switch": [[16, "freehold:guards.waivers[0].enforce", "the key enforce", "take enforce out"]],
  "waiver-with-half-a-signature": [
    [16, "freehold:guards.waivers[0].signature", "eyJhbGciOiJub25lIn0.e30.", "npx freehold waiver sign"],
  ],
};

describe("a country file that is wrong about its guards", () => {
  refuses("guards", broken);
});
