// Serves the handler of a module as Lambda's Invoke API does: node serve.mjs MODULE PORT
import { createServer } from "node:http";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const [module, port] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(resolve(module)));

// The server's only path is POST /2015-03-31/functions/NAME/invocations.
async function invoke(request, response) {
  const deadline = Number(request.headers["lambda-runtime-deadline-ms"]);
  const context = {
    functionName: request.url.split("/")[3],
    functionVersion: "1",
    awsRequestId: request.headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    response.end(JSON.stringify(await handler(JSON.parse(await text(request)), context)));
  } catch (error) {
    response.setHeader("X-Amz-Function-Error", "Unhandled");
    response.end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
  }
}

const server = createServer(invoke).listen(port, "127.0.0.1", () => console.log(`Serving ${module} on port ${server.address().port}`));
