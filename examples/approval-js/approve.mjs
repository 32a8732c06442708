// A durable function that waits for a person. On Lambda it is deployed as it stands.
import { withDurableExecution } from "@aws/durable-execution-sdk-js";

export const handler = withDurableExecution(async (order, context) => {
  const answer = await context.waitForCallback(
    "approval",
    async (callbackId) => console.log(`Who approves ${order.id}? The callback is ${callbackId}`),
    { timeout: { hours: 24 } },
  );
  const decision = JSON.parse(answer); // the SDK hands on the text as it was sent
  return decision.approved ? `${order.id} is approved` : `${order.id} is not approved: ${decision.comment}`;
});
