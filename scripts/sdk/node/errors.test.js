"use strict";
// Every limit and refusal that a client can run into, as the SDK's exception shows it.

const assert = require("node:assert/strict");
const { after, before, describe, it } = require("node:test");
const { notFound, refused } = require("./refused.js");
const { ACCOUNT, SERVICES, Server, wrong } = require("./sms_server.js");

const BLOCKED =
  "The destination phone number has been temporarily blocked due to suspicious activity";
const GEO =
  "The destination phone number has been blocked by Verify Geo-Permissions. " +
  "FR is blocked for sms channel for all services";

describe("errors", () => {
  let server, client;
  const service = (name) => client.verify.v2.services(SERVICES[name]);
  const begin = (name, to, more = {}) =>
    service(name).verifications.create({ to, channel: "sms", ...more });
  const check = (name, to, code) => service(name).verificationChecks.create({ to, code });

  before(async () => {
    server = await Server.start();
    client = server.client();
  });
  after(() => server.stop());

  async function checkWrong(name, to, times) {
    const code = wrong(await server.code(to));
    for (let time = 0; time < times; time += 1) {
      assert.equal((await check(name, to, code)).status, "pending");
    }
  }

  it("20003: wrong credentials", async () => {
    const stranger = server.client(ACCOUNT, "0".repeat(32));
    const call = stranger.verify.v2.services(SERVICES.shop).fetch();
    const headers = await refused(stranger, call, 401, 20003, "Authenticate");
    assert.match(headers["www-authenticate"], /^Basic/);
  });

  it("20004: a service is configured and not made", async () => {
    const call = client.verify.v2.services.create({ friendlyName: "x" });
    await refused(client, call, 405, 20004, "Method not allowed");
  });

  it("20403: a key that is not for this", async () => {
    const byKey = server.keyClient();
    const limits = byKey.verify.v2.services(SERVICES.shop).rateLimits;
    await refused(byKey, limits.create({ uniqueName: "x" }), 403, 20403, "Forbidden");
  });

  it("20404: nothing there", async () => {
    const nowhere = `VA${"f".repeat(32)}`;
    const call = client.verify.v2.services(nowhere).fetch();
    await notFound(client, call, `/Services/${nowhere}`);
    const path = `/Services/${SERVICES.shop}/VerificationCheck`;
    await notFound(client, check("shop", server.number(), "123456"), path);
  });

  it("20429: a bucket is full", async () => {
    const limit = await service("shop").rateLimits.create({ uniqueName: "end_user_ip" });
    await service("shop").rateLimits(limit.sid).buckets.create({ max: 1, interval: 3600 });
    const rateLimits = { end_user_ip: "203.0.113.7" };
    await begin("shop", server.number(), { rateLimits });
    const call = begin("shop", server.number(), { rateLimits });
    await refused(client, call, 429, 20429, "Too many requests");
  });

  it("20503: no sender takes it", async () => {
    const call = begin("silent", server.number());
    await refused(client, call, 503, 20503, "Service is unavailable. Please try again");
  });

  it("60200: what can't be", async () => {
    const { verifications } = service("shop");
    const rows = [
      [{ to: "13800138000", channel: "sms" }, "Invalid parameter `To`: 138****8000"],
      [{ to: "me", channel: "sms" }, "Invalid parameter: To"],
      [{ to: server.number(), channel: "pigeon" }, "Invalid parameter: Channel"],
    ];
    for (const [request, message] of rows) {
      await refused(client, verifications.create(request), 400, 60200, message);
    }
    const call = check("shop", server.number(), "123");
    await refused(client, call, 400, 60200, "Invalid parameter: Code");
  });

  it("60202: checks are used up", async () => {
    const to = server.number();
    const { sid } = await begin("shop", to);
    await checkWrong("shop", to, 5);
    const locked = await service("shop").verifications(sid).fetch();
    assert.equal(locked.status, "max_attempts_reached");
    const message = "Max check attempts reached";
    const right = await server.code(to);
    await refused(client, check("shop", to, right), 429, 60202, message);
    await refused(client, begin("shop", to), 429, 60202, message);
  });

  it("60203: sends are used up", async () => {
    const to = server.number();
    for (let sent = 1; sent <= 5; sent += 1) {
      assert.equal((await begin("shop", to)).sendCodeAttempts.length, sent);
    }
    await refused(client, begin("shop", to), 429, 60203, "Max send attempts reached");
  });

  it("60204: codes of one's own are off", async () => {
    const call = begin("shop", server.number(), { customCode: "123456" });
    await refused(client, call, 403, 60204, "Service does not support this feature");
  });

  it("60205: a landline", async () => {
    const call = begin("shop", "+861065529988");
    await refused(client, call, 403, 60205, "SMS is not supported by landline phone number");
  });

  it("60212: a number too often", async () => {
    const to = server.number();
    await begin("paced", to);
    const message = "Too many concurrent requests for phone number";
    const headers = await refused(client, begin("paced", to), 429, 60212, message);
    assert.ok(Number(headers["retry-after"]) > 3500);
  });

  it("60221: a check of nothing", async () => {
    const call = service("shop").verificationChecks.create({ code: "123456" });
    await refused(client, call, 400, 60221, "No target verification specified");
  });

  it("60223: channels that there are not", async () => {
    for (const channel of ["call", "email", "whatsapp", "sna"]) {
      const call = service("shop").verifications.create({ to: server.number(), channel });
      const message = `Delivery channel disabled: ${channel.toUpperCase()}`;
      await refused(client, call, 400, 60223, message);
    }
  });

  it("60410: a number with too many wrong codes, unless it is safe", async () => {
    const to = server.number();
    await begin("patient", to);
    await checkWrong("patient", to, 7);
    await refused(client, begin("shop", to), 403, 60410, BLOCKED);
    await client.verify.v2.safelist.create({ phoneNumber: to });
    assert.equal((await begin("shop", to)).status, "pending");
  });

  it("60605: a region that is off", async () => {
    await refused(client, begin("shop", "+33612345678"), 403, 60605, GEO);
  });
});
