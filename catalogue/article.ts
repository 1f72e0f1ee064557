import { z } from "zod";
import { isConcerned } from "./framework.ts";
import { country } from "./index.ts";
import { once } from "./once.ts";
import { concernsShape, verified } from "./shapes.ts";

const articleShape = z.strictObject({
  article: z.string(),
  duty: z.string(),
  note: z.string(),
  verified: verified.optional(),
});
const lawShape = z
  .strictObject({
    law: z.string(),
    concerns: concernsShape,
    verified,
    sources: z.array(z.string()).default([]),
    articles: z.array(articleShape).min(1),
  })
  .refine(({ verified, sources }) => verified === false || sources.length > 0, "what was read names its source");
const articlesShape = z.strictObject({
  read: z.iso.date(),
  duties: z.record(z.string(), z.array(z.string()).min(1)),
  laws: z.array(lawShape),
});

/** An article of a law that a rule serves. */
export type Article = {
  /** `Art. 44`; `as a whole` where no article is known for it. */
  article: string;
  law: string;
  /** What it asks, in our words. */
  note: string;
  verified: z.output<typeof verified>;
};

/** The articles that a rule serves in a country of the catalogue; the country's law as a whole where none is known. */
export function articlesFor(countryCode: string, rule: string): Article[] {
  const { duties, laws } = once("articles.yaml", articlesShape);
  const found = laws
    .filter(({ concerns }) => isConcerned(countryCode, concerns))
    .flatMap(({ law, verified, articles }) =>
      articles
        .filter(({ duty }) => duties[duty]?.includes(rule))
        .map((each) => ({ article: each.article, law, note: each.note, verified: each.verified ?? verified })),
    );
  if (found.length > 0) return found;
  const { data_protection } = country(countryCode);
  return [
    {
      article: "as a whole",
      law: data_protection.law,
      note: "no article is named for it here",
      verified: data_protection.verified,
    },
  ];
}
