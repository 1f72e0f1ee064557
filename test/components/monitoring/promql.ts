import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** What is known of a series: its type, and the labels that it has. */
export type Series = { type: "counter" | "gauge" | "histogram"; labels: ReadonlySet<string> };
export type Known = (name: string) => Series | undefined;

/** What is wrong with a query, if anything: it does not parse, or asks for a metric or a label that there is not. */
export function faultsIn(query: string, known: Known): string[] {
  // Grafana puts a duration here.
  const text = query.replaceAll("$__rate_interval", "5m");
  const faults: string[] = [];
  parser.parse(text).iterate({
    enter({ node }) {
      const says = text.slice(node.from, node.to);
      if (node.type.isError) faults.push(`does not parse at ${JSON.stringify(text.slice(node.from, node.from + 20))}`);
      if (node.name === "VectorSelector") {
        const name = nameOf(node, text);
        const series = known(name);
        if (!series) return void faults.push(`nobody writes ${name}`);
        for (const label of labelsIn(node, text).filter((label) => !series.labels.has(label))) {
          faults.push(`${name} has no label ${label}`);
        }
      }
      if (node.name === "AggregateModifier" || node.name === "MatchingModifierClause") {
        for (const label of labelsIn(node, text)) {
          for (const name of selected(node.parent!, text).filter((name) => known(name)?.labels.has(label) === false)) {
            faults.push(`${says}: ${name} has no label ${label}`);
          }
        }
      }
      if (node.name === "MatrixSelector" && /^(rate|increase|irate)\(/.test(text.slice(node.parent!.parent!.from))) {
        for (const name of selected(node, text).filter((name) => known(name)?.type === "gauge")) {
          faults.push(`${name} goes up and down: it has no rate`);
        }
      }
    },
  });
  return faults;
}

/** Labels that the lines of a query have, for a legend or a message. */
export function labelsOf(query: string, known: Known): Set<string> {
  const text = query.replaceAll("$__rate_interval", "5m");
  return result(parser.parse(text).topNode.firstChild!, text, known);
}

function result(node: SyntaxNode, text: string, known: Known): Set<string> {
  const children = childrenOf(node);
  switch (node.name) {
    case "VectorSelector":
      return new Set(known(nameOf(node, text))?.labels);
    case "AggregateExpr": {
      const modifier = children.find(({ name }) => name === "AggregateModifier");
      const passesOn = /^(topk|bottomk)/.test(text.slice(node.from));
      return passesOn ? merged(children, text, known) : new Set(modifier ? labelsIn(modifier, text) : []);
    }
    case "BinaryExpr": {
      const [left, operator] = children;
      if (operator!.name === "Or") return merged(children, text, known);
      const on = children.find(({ name }) => name === "MatchingModifierClause");
      const isArithmetic = ["Add", "Sub", "Mul", "Div"].includes(operator!.name);
      return isArithmetic && on ? new Set(labelsIn(on, text)) : result(left!, text, known);
    }
    default:
      return merged(children, text, known);
  }
}

function merged(nodes: SyntaxNode[], text: string, known: Known): Set<string> {
  return new Set(nodes.flatMap((node) => [...result(node, text, known)]));
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** Everything below a node with a name, in its order. */
function within(node: SyntaxNode, name: string): SyntaxNode[] {
  return childrenOf(node).flatMap((child) => [...(child.name === name ? [child] : []), ...within(child, name)]);
}

function nameOf(selector: SyntaxNode, text: string): string {
  const name = selector.getChild("Identifier");
  return name ? text.slice(name.from, name.to) : text.slice(selector.from, selector.to);
}

function labelsIn(node: SyntaxNode, text: string): string[] {
  return within(node, "LabelName").map(({ from, to }) => text.slice(from, to));
}

/** Names of the series that are selected below a node. */
function selected(node: SyntaxNode, text: string): string[] {
  const own = node.name === "VectorSelector" ? [node] : [];
  return [...own, ...within(node, "VectorSelector")].map((selector) => nameOf(selector, text));
}
