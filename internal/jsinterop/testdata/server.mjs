// Serves the handlers as Lambda's invoke API does, and prints its port. It ends when its standard input does, so that no
// end of the tests, however sudden, leaves it behind.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { handlers } from "./handlers.mjs";

const route = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

async function invoke(request, response) {
  const name = route.exec(request.url)[1];
  const context = {
    functionName: name,
    functionVersion: "1",
    awsRequestId: request.headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => 60_000,
  };
  try {
    response.end(JSON.stringify(await handlers[name](JSON.parse(await text(request)), context)));
  } catch (error) {
    response.setHeader("X-Amz-Function-Error", "Unhandled");
    response.end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
  }
}

const server = createServer(invoke).listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
