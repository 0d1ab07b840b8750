"use strict";
// Which host names come through the SDK unharmed, as docs/MOVING_FROM_TWILIO.md says.

const assert = require("node:assert/strict");
const { it } = require("node:test");
const twilio = require("twilio");

it("takes host names of three to five parts as they are, and no others", () => {
  const client = twilio(`AC${"0".repeat(32)}`, "x");
  const passes = (host) => client.getHostname(host, undefined, undefined) === host;
  for (const host of ["sms.example.org", "a.sms.example.org", "a.b.sms.example.org"]) {
    assert.ok(passes(host), host);
  }
  for (const host of ["example.org", "a.b.c.sms.example.org"]) {
    assert.ok(!passes(host), host);
  }
});
