"use strict";
// What is refused, as the exception of the SDK and the last answer show it.

const assert = require("node:assert/strict");
const { RestException } = require("twilio");

/** Fails unless a call of `client` is refused so. Gives the headers of the answer. */
async function refused(client, call, status, code, message) {
  const error = await call.then(() => assert.fail("it was not refused"), (error) => error);
  assert.ok(error instanceof RestException, String(error));
  assert.deepEqual(
    { status: error.status, code: error.code, message: error.message, moreInfo: error.moreInfo },
    { status, code, message, moreInfo: `https://www.twilio.com/docs/errors/${code}` },
  );
  const { headers } = client.httpClient.lastResponse;
  if (status === 429 || status === 503) {
    assert.ok(Number(headers["retry-after"]) >= 1);
  } else {
    assert.equal(headers["retry-after"], undefined);
  }
  return headers;
}

/** Fails unless a call of `client` is answered that there is nothing at a path. */
function notFound(client, call, path) {
  return refused(client, call, 404, 20404, `The requested resource ${path} was not found`);
}

module.exports = { notFound, refused };
