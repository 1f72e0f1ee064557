import { groupOf } from "../../../catalogue/index.ts";

// Whose models and guardrails Bedrock has profiles of.
const VENDORS =
  "ai21|amazon|anthropic|cohere|deepseek|google|guardrail|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|stability|twelvelabs|writer|zai";
const PROFILE = new RegExp(
  `^(?:(?:bedrock|converse)/)*(?:(?:inference|guardrail)-profile/)?([a-z]{2,6}(?:-gov)?)\\.(?:${VENDORS})\\.(?=[\\w.-]*[-:])[\\w.:-]+$`,
);

/**
 * The group of regions over which Bedrock spreads what a profile is asked: `eu` of `eu.anthropic.claude-sonnet-4-v1:0`, of an
 * ARN's `inference-profile/eu....` and of `guardrail-profile/eu.guardrail.v1:0`; undefined for a model of the region alone.
 */
export function profileIn(text: string): string | undefined {
  const [, group] = PROFILE.exec(text.trim()) ?? [];
  return group !== undefined && groupOf(group) ? group : undefined;
}
