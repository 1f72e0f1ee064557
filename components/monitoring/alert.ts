/** An alert as Prometheus has it. */
export type Alert = {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: "critical" | "warning" };
  annotations: { summary: string; description: string };
};

/** An alert of what tenants feel now: what holds, for how long, what it means, and what to do. */
export function critical(alert: string, expr: string, wait: string, summary: string, description: string): Alert {
  return { alert, expr, for: wait, labels: { severity: "critical" }, annotations: { summary, description } };
}

/** An alert of what they will feel. */
export function warning(alert: string, expr: string, wait: string, summary: string, description: string): Alert {
  return { alert, expr, for: wait, labels: { severity: "warning" }, annotations: { summary, description } };
}
