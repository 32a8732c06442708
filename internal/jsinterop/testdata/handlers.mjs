// The functions of AWS's conformance cases for callbacks, by the cases' numbers. Package durable has the same in Go.
import { CallbackExternalError, CallbackTimeoutError, withDurableExecution } from "@aws/durable-execution-sdk-js";

const timeout5 = { timeout: { seconds: 5 } };
const timeout3 = { timeout: { seconds: 3 } };
const heartbeat5 = { heartbeatTimeout: { seconds: 5 } };

const work = (context) => context.step(async () => 1);
const wait5 = (context) => context.wait({ seconds: 5 });

// create creates a callback and waits for it.
const create = (name, options) => async (input, context) => {
  const [result] = await context.createCallback(name, options);
  return result;
};

// createThen does something between the creation of the callback and the wait.
const createThen = (between, options) => async (input, context) => {
  const [result] = await context.createCallback("cb", options);
  await between(context);
  return result;
};

// caught goes on after the callback has failed as expected.
const caught = (expected, options) => async (input, context) => {
  const [result] = await context.createCallback("cb", options);
  try {
    await result;
  } catch (error) {
    if (!(error instanceof expected)) throw error;
    await context.wait({ seconds: 2 });
    return "caught";
  }
};

// both creates two callbacks and then waits for them, in order or in reverse.
const both = (reverse) => async (input, context) => {
  const [a] = await context.createCallback("a");
  const [b] = await context.createCallback("b");
  const [first, second] = reverse ? [b, a] : [a, b];
  return (await first) + (await second);
};

// submitAnd waits for a callback with a submitter that works.
const submitAnd = (name, options) => (input, context) => context.waitForCallback(name, async () => {}, options);

const functions = {
  "4-1": create(),
  "4-2": create("cb"),
  "4-3": create("cb", timeout5),
  "4-4": create("cb", heartbeat5),
  "4-5": create("cb", heartbeat5),
  "4-6": create("cb"),
  "4-7": createThen(work),
  "4-8": createThen(work, timeout5),
  "4-9": createThen(wait5),
  "4-10": createThen(wait5),
  "4-11": createThen(wait5, timeout3),
  "4-12": async (input, context) => {
    const [callback] = await context.createCallback("cb");
    const result = await callback;
    await wait5(context);
    return result;
  },
  "4-13": caught(CallbackExternalError),
  "4-14": caught(CallbackTimeoutError, timeout3),
  "4-15": create("cb", {
    serdes: {
      deserialize: async (data) => {
        const { id, timestamp } = JSON.parse(data);
        return { id, timestamp: new Date(timestamp).getTime() / 1000 };
      },
    },
  }),
  "4-16": create("cb", { serdes: { deserialize: async (data) => Number(data) } }),
  "4-17": async (input, context) => {
    const [a] = await context.createCallback("a");
    const first = await a;
    const [b] = await context.createCallback("b");
    return first + (await b);
  },
  "4-18": both(false),
  "4-19": both(true),

  "7-1": submitAnd("cb"),
  "7-2": submitAnd("fixed"),
  "7-3": (input, context) => context.waitForCallback(async () => {}),
  "7-4": submitAnd("cb"),
  "7-5": submitAnd("cb", timeout5),
  "7-6": async (input, context) => {
    try {
      await context.waitForCallback("cb", async () => {});
    } catch (error) {
      return { type: error.name, message: error.message, data: error.errorData };
    }
  },
  "7-7": (input, context) =>
    context.waitForCallback(
      "cb",
      async () => {
        throw new Error("desk is closed");
      },
      { retryStrategy: (error, attempts) => ({ shouldRetry: attempts < 2, delay: { seconds: 1 } }) },
    ),
  "7-8": (input, context) => context.runInChildContext("child", (child) => child.waitForCallback("cb", async () => {})),
  "7-9": async (input, context) => {
    const first = await context.waitForCallback("a", async () => {});
    return first + (await context.waitForCallback("b", async () => {}));
  },
  "7-10": async (input, context) => {
    await context.wait({ seconds: 1 });
    await work(context);
    return context.waitForCallback("cb", async () => {});
  },
  "7-11": async (input, context) => {
    const serdes = { deserialize: async (data) => JSON.parse(data) };
    const { status } = await context.waitForCallback("cb", async () => {}, { serdes });
    return status;
  },
  "7-12": submitAnd("cb", heartbeat5),
  "7-13": submitAnd("cb", heartbeat5),
  "7-14": async (input, context) => {
    try {
      await context.waitForCallback("cb", async () => {}, timeout3);
    } catch (error) {
      if (!(error instanceof CallbackTimeoutError)) throw error;
      return "caught";
    }
  },
  "7-15": async (input, context) => {
    const result = await context.waitForCallback("cb", async () => {});
    return result === undefined ? "nothing" : { result };
  },
  price: async (order) => ({ ...order, price: 12.5 }),
  order: (order, context) => context.invoke("ask the price", "price:1", order, { tenantId: "shop-7" }),
};

export const handlers = Object.fromEntries(
  Object.entries(functions).map(([name, handler]) => [name, withDurableExecution(handler)]),
);
